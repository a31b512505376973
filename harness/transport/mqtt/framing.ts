import { PACKET, type ProtocolLevel, REASON } from "./protocol.ts";

/** The peer broke the protocol; nothing after this can be trusted. */
export interface ParseFailure {
  readonly detail: string;
  /** The MQTT 5 reason to disconnect with. */
  readonly code: number;
}

const CUT_OFF = 0;
export const MALFORMED = -1;
/** A half packet up to this size keeps its buffer for the next half packet. */
const KEPT_CARRY_BYTES = 4096;
const FIRST_CARRY_BYTES = 256;

/**
 * Finds the packets a client receives in chunks cut anywhere. A packet that lies whole in its
 * chunk is read in place; only one that spans chunks is copied.
 */
export abstract class PacketFraming {
  protected readonly protocol: ProtocolLevel;
  private readonly maxPacketBytes: number;
  private carry: Buffer | undefined;
  private carried = 0;
  /** From a packet's first byte to its body. */
  protected bodyAt = 0;
  private stopped = false;
  private failure: ParseFailure | undefined;

  constructor(protocol: ProtocolLevel, maxPacketBytes: number) {
    this.protocol = protocol;
    this.maxPacketBytes = maxPacketBytes;
  }

  /** Reads one whole packet, `bytes[at..end)`. */
  protected abstract dispatch(bytes: Buffer, at: number, end: number): void;

  /** Hands on nothing more, not even the rest of the chunk being read. */
  stop(): void {
    this.stopped = true;
    this.carry = undefined;
  }

  /** Reads `chunk[start..end)`; the failure, once there is one, is final. */
  push(chunk: Buffer, start: number, end: number): ParseFailure | undefined {
    let at = start;
    if (this.carried > 0) at = this.finishCarried(chunk, at, end);
    while (at < end && !this.stopped) {
      const total = this.measure(chunk, at, end);
      if (total === MALFORMED) break;
      if (total === CUT_OFF || at + total > end) {
        this.keep(chunk, at, end);
        break;
      }
      this.dispatch(chunk, at, at + total);
      at += total;
    }
    return this.failure;
  }

  protected fail(detail: string, code: number = REASON.malformedPacket): typeof MALFORMED {
    this.failure ??= { detail, code };
    this.stop();
    return MALFORMED;
  }

  /** Completes the packet begun in an earlier chunk; returns where the next one starts. */
  private finishCarried(chunk: Buffer, start: number, end: number): number {
    let at = start;
    while (this.carry !== undefined) {
      const total = this.measure(this.carry, 0, this.carried);
      if (total === MALFORMED) return end;
      if (this.carried === total) {
        this.dispatchCarried(this.carry, total);
        return at;
      }
      if (at === end) return end;
      // Until the length is known, one byte at a time: at most four rounds.
      const wanted = total === CUT_OFF ? this.carried + 1 : total;
      const next = Math.min(end, at + wanted - this.carried);
      this.keep(chunk, at, next);
      at = next;
    }
    return end;
  }

  private dispatchCarried(carry: Buffer, total: number): void {
    this.carried = 0;
    this.dispatch(carry, 0, total);
    if (carry.length > KEPT_CARRY_BYTES) this.carry = undefined;
  }

  private keep(chunk: Buffer, start: number, end: number): void {
    const needed = this.carried + end - start;
    let carry = this.carry;
    if (carry === undefined || carry.length < needed) {
      const grown = Buffer.allocUnsafeSlow(Math.max(FIRST_CARRY_BYTES, needed * 2));
      if (carry !== undefined) carry.copy(grown, 0, 0, this.carried);
      this.carry = carry = grown;
    }
    chunk.copy(carry, this.carried, start, end);
    this.carried = needed;
  }

  /** Bytes of the whole packet at `at`; also sets where its body starts. */
  private measure(bytes: Buffer, at: number, end: number): number {
    if (VALID_FIRST_BYTE[bytes[at] ?? 0] !== 1) return this.fail(firstByteDetail(bytes[at] ?? 0));
    let length = 0;
    for (let i = 1; i <= 4; i++) {
      if (at + i >= end) return CUT_OFF;
      const byte = bytes[at + i] ?? 0;
      length += (byte & 0x7f) << (7 * (i - 1));
      if (byte < 0x80) {
        if (byte === 0 && i > 1 && this.protocol === 5) {
          return this.fail("remaining length not in its shortest form");
        }
        this.bodyAt = i + 1;
        const total = length + i + 1;
        return total <= this.maxPacketBytes ? total : this.failLong(total);
      }
    }
    return this.fail("remaining length longer than four bytes");
  }

  private failLong(total: number): typeof MALFORMED {
    const detail = `packet of ${total} bytes, more than ${this.maxPacketBytes}`;
    return this.fail(detail, REASON.packetTooLarge);
  }
}

/** 1 for each first byte a broker may send: its type and the flags that type must have. */
const VALID_FIRST_BYTE: Uint8Array = firstBytes();

function firstBytes(): Uint8Array {
  const valid = new Uint8Array(256);
  const { connack, puback, pubrec, pubcomp, suback, unsuback, pingresp, disconnect } = PACKET;
  for (const type of [connack, puback, pubrec, pubcomp, suback, unsuback, pingresp, disconnect]) {
    valid[type << 4] = 1;
  }
  valid[(PACKET.pubrel << 4) | 2] = 1;
  for (let flags = 0; flags < 16; flags++) {
    const qos = (flags >>> 1) & 3;
    const duplicateOfQos0 = qos === 0 && (flags & 8) !== 0;
    if (qos < 3 && !duplicateOfQos0) valid[(PACKET.publish << 4) | flags] = 1;
  }
  return valid;
}

function firstByteDetail(byte: number): string {
  return `first byte 0x${byte.toString(16).padStart(2, "0")}, which no broker may send`;
}
