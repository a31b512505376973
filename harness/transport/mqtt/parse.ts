import {
  type BrokerLimits,
  DEFAULT_BROKER_LIMITS,
  PLACE,
  type Place,
  readBrokerLimits,
  skipProperties,
} from "./properties.ts";
import { type AckType, PACKET, type ProtocolLevel } from "./protocol.ts";
import { TopicTable } from "./topics.ts";

/** What the parser hands on. Buffers are the caller's or its own and change after the call. */
export interface PacketHandler {
  onConnack(sessionPresent: boolean, code: number, limits: BrokerLimits): void;
  /** `firstByte` holds DUP (bit 3), QoS (bits 2 and 1) and RETAIN (bit 0). */
  onPublish(
    topic: string,
    buffer: Buffer,
    start: number,
    end: number,
    packetId: number,
    firstByte: number,
  ): void;
  onAck(type: AckType, packetId: number, code: number): void;
  /** `buffer[start..end)` holds one code a topic filter; none in a 3.1.1 UNSUBACK. */
  onSubscribed(packetId: number, buffer: Buffer, start: number, end: number): void;
  onPingresp(): void;
  onDisconnect(code: number): void;
}

/** The peer broke the protocol; nothing after this can be trusted. */
export interface ParseFailure {
  readonly detail: string;
}

const CUT_OFF = 0;
const MALFORMED = -1;
/** A half packet up to this size keeps its buffer for the next half packet. */
const KEPT_CARRY_BYTES = 4096;
const FIRST_CARRY_BYTES = 256;

/**
 * Reads the packets a client receives out of chunks cut anywhere. A packet that lies whole in
 * its chunk is read in place; only one that spans chunks is copied.
 */
export class PacketParser {
  private readonly handler: PacketHandler;
  private readonly protocol: ProtocolLevel;
  private readonly maxPacketBytes: number;
  private topics: TopicTable | undefined;
  private carry: Buffer | undefined;
  private carried = 0;
  private bodyAt = 0;
  private greeted = false;
  private stopped = false;
  private failure: ParseFailure | undefined;

  constructor(handler: PacketHandler, protocol: ProtocolLevel, maxPacketBytes: number) {
    this.handler = handler;
    this.protocol = protocol;
    this.maxPacketBytes = maxPacketBytes;
  }

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
        this.bodyAt = i + 1;
        const total = length + i + 1;
        return total <= this.maxPacketBytes
          ? total
          : this.fail(`packet of ${total} bytes, more than ${this.maxPacketBytes}`);
      }
    }
    return this.fail("remaining length longer than four bytes");
  }

  private dispatch(bytes: Buffer, at: number, end: number): void {
    const firstByte = bytes[at] ?? 0;
    const type = firstByte >>> 4;
    const body = at + this.bodyAt;
    if (this.greeted !== (type !== PACKET.connack)) {
      this.fail(this.greeted ? "second CONNACK" : `packet type ${type} before CONNACK`);
      return;
    }
    switch (type) {
      case PACKET.publish:
        this.publish(bytes, body, end, firstByte);
        return;
      case PACKET.puback:
      case PACKET.pubrec:
      case PACKET.pubrel:
      case PACKET.pubcomp:
        this.ack(type, bytes, body, end);
        return;
      case PACKET.pingresp:
        if (end === body) this.handler.onPingresp();
        else this.fail("PINGRESP with a body");
        return;
      case PACKET.suback:
      case PACKET.unsuback:
        this.subscribed(type, bytes, body, end);
        return;
      case PACKET.connack:
        this.connack(bytes, body, end);
        return;
      default:
        this.disconnect(bytes, body, end);
    }
  }

  private publish(bytes: Buffer, body: number, end: number, firstByte: number): void {
    if (body + 2 > end) return void this.fail("PUBLISH without a topic");
    const topicEnd = body + 2 + uint16(bytes, body);
    let at = topicEnd;
    let packetId = 0;
    if ((firstByte & 0x06) !== 0) {
      at += 2;
      if (at > end) return void this.fail("PUBLISH cut off in its packet id");
      packetId = uint16(bytes, topicEnd);
      if (packetId === 0) return void this.fail("PUBLISH with packet id 0");
    }
    if (at > end) return void this.fail("PUBLISH cut off in its topic");
    if (this.protocol === 5) {
      at = skipProperties(bytes, at, end, PLACE.publish);
      if (at < 0) return void this.fail("PUBLISH with bad properties");
    }
    this.topics ??= new TopicTable();
    const topic = this.topics.find(bytes, body + 2, topicEnd);
    if (topic === undefined) return void this.fail("PUBLISH with an invalid topic");
    this.handler.onPublish(topic, bytes, at, end, packetId, firstByte);
  }

  private ack(type: AckType, bytes: Buffer, body: number, end: number): void {
    const packetId = body + 2 <= end ? uint16(bytes, body) : 0;
    if (packetId === 0) return void this.fail(`packet type ${type} without a packet id`);
    const code = body + 2 === end ? 0 : this.codeAndProperties(bytes, body + 2, end, PLACE.answer);
    if (code < 0) return void this.fail(`packet type ${type} of a wrong length`);
    this.handler.onAck(type, packetId, code);
  }

  private subscribed(type: number, bytes: Buffer, body: number, end: number): void {
    const packetId = body + 2 <= end ? uint16(bytes, body) : 0;
    if (packetId === 0) return void this.fail(`packet type ${type} without a packet id`);
    let at = body + 2;
    if (this.protocol === 5) at = skipProperties(bytes, at, end, PLACE.answer);
    if (at < 0) return void this.fail(`packet type ${type} with bad properties`);
    const codesExpected = this.protocol === 5 || type === PACKET.suback;
    if (codesExpected !== at < end) return void this.fail(`packet type ${type} of a wrong length`);
    for (let i = at; i < end; i++) {
      const code = bytes[i] ?? 0;
      if (this.protocol === 4 && code > 2 && code !== 0x80) {
        return void this.fail(`SUBACK with the reserved code ${code}`);
      }
    }
    this.handler.onSubscribed(packetId, bytes, at, end);
  }

  private connack(bytes: Buffer, body: number, end: number): void {
    const flags = bytes[body] ?? 0;
    if (end - body < 2 || flags > 1) return void this.fail("CONNACK of a wrong form");
    let limits: BrokerLimits | undefined = DEFAULT_BROKER_LIMITS;
    // A 3.1.1 broker that refuses level 5 answers in its own, shorter form.
    if (end - body > 2) {
      limits = this.protocol === 5 ? readBrokerLimits(bytes, body + 2, end) : undefined;
    } else if (this.protocol === 5 && bytes[body + 1] === 0) {
      limits = undefined;
    }
    if (limits === undefined) return void this.fail("CONNACK with bad properties");
    this.greeted = true;
    this.handler.onConnack(flags === 1, bytes[body + 1] ?? 0, limits);
  }

  private disconnect(bytes: Buffer, body: number, end: number): void {
    if (this.protocol === 4) return void this.fail("DISCONNECT from a 3.1.1 broker");
    const code = body === end ? 0 : this.codeAndProperties(bytes, body, end, PLACE.disconnect);
    if (code < 0) return void this.fail("DISCONNECT with bad properties");
    this.handler.onDisconnect(code);
  }

  /** The reason code at `at` and after it, if anything, one property list; -1 if malformed. */
  private codeAndProperties(bytes: Buffer, at: number, end: number, place: Place): number {
    if (this.protocol === 4) return MALFORMED;
    if (at + 1 < end && skipProperties(bytes, at + 1, end, place) !== end) return MALFORMED;
    return bytes[at] ?? 0;
  }

  private fail(detail: string): typeof MALFORMED {
    this.failure ??= { detail };
    this.stop();
    return MALFORMED;
  }
}

function uint16(bytes: Buffer, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
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
