import { MAX_REMAINING_LENGTH } from "./protocol.ts";

const FIRST_BYTES = 256;
const LONGEST_TEXT = 65_535;

/** Bytes of a packet being put together, grown as needed. */
export class Bytes {
  private buffer = Buffer.allocUnsafe(FIRST_BYTES);
  private length = 0;

  byte(value: number): this {
    this.makeRoom(1);
    this.buffer[this.length] = value;
    this.length += 1;
    return this;
  }

  uint16(value: number): this {
    this.makeRoom(2);
    this.length = this.buffer.writeUInt16BE(value, this.length);
    return this;
  }

  uint32(value: number): this {
    this.makeRoom(4);
    this.length = this.buffer.writeUInt32BE(value, this.length);
    return this;
  }

  /** The seven-bits-a-byte number MQTT uses for lengths. */
  variable(value: number): this {
    let rest = value;
    while (rest > 127) {
      this.byte((rest % 128) | 0x80);
      rest = Math.floor(rest / 128);
    }
    return this.byte(rest);
  }

  text(value: string): this {
    const length = Buffer.byteLength(value);
    refuseLong(length);
    this.uint16(length).makeRoom(length);
    this.length += this.buffer.write(value, this.length);
    return this;
  }

  binary(value: Uint8Array): this {
    refuseLong(value.length);
    return this.uint16(value.length).raw(value);
  }

  raw(value: Uint8Array): this {
    this.makeRoom(value.length);
    this.buffer.set(value, this.length);
    this.length += value.length;
    return this;
  }

  zeros(count: number): this {
    this.makeRoom(count);
    this.buffer.fill(0, this.length, this.length + count);
    this.length += count;
    return this;
  }

  /** Appends what `fill` appends, with its length before it. */
  counted(fill: (inner: Bytes) => void): this {
    const inner = new Bytes();
    fill(inner);
    return this.variable(inner.length).raw(inner.view());
  }

  /** What was appended so far; valid until more is. */
  view(): Buffer {
    return this.buffer.subarray(0, this.length);
  }

  /** A packet of its own memory: first byte, length, and all that was appended. */
  toPacket(firstByte: number): Buffer {
    if (this.length > MAX_REMAINING_LENGTH) {
      throw new RangeError(
        `an MQTT packet holds at most ${MAX_REMAINING_LENGTH} bytes, not ${this.length}`,
      );
    }
    const head = new Bytes().byte(firstByte).variable(this.length);
    return Buffer.concat([head.view(), this.view()]);
  }

  private makeRoom(count: number): void {
    const needed = this.length + count;
    if (needed <= this.buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.buffer.length * 2));
    grown.set(this.view());
    this.buffer = grown;
  }
}

function refuseLong(length: number): void {
  if (length <= LONGEST_TEXT) return;
  throw new RangeError(
    `a field of an MQTT packet holds at most ${LONGEST_TEXT} bytes, not ${length}`,
  );
}
