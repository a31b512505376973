/** What the frames of a server hand on. Buffers are lent for the call. */
export interface FrameHandler {
  /** Part of a binary message; where messages begin and end means nothing to MQTT. */
  onData(buffer: Buffer, start: number, end: number): void;
  onPing(payload: Buffer): void;
  /** `code` is undefined if the frame gave none. */
  onClose(code: number | undefined, text: string): void;
  onBreach(detail: string): void;
}

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

const FIN = 0x80;
const RESERVED = 0x70;
const MASKED = 0x80;
const FIRST_CONTROL = 8;
const MAX_CONTROL_BYTES = 125;
const LENGTH_16 = 126;
const LENGTH_64 = 127;

/** What the next byte is. */
const STAGE = { first: 0, second: 1, length: 2, payload: 3 } as const;
type Stage = (typeof STAGE)[keyof typeof STAGE];

/** Reads a server's frames (RFC 6455 §5) out of chunks cut anywhere, keeping no message. */
export class FrameReader {
  private readonly handler: FrameHandler;
  private stage: Stage = STAGE.first;
  private opcode = 0;
  private isLast = true;
  /** A message has begun whose last frame is still to come. */
  private inMessage = false;
  private lengthBytes = 0;
  private lengthBytesLeft = 0;
  private left = 0;
  private control: Buffer | undefined;
  private controlled = 0;
  private stopped = false;

  constructor(handler: FrameHandler) {
    this.handler = handler;
  }

  /** Hands on nothing more, not even the rest of the chunk being read. */
  stop(): void {
    this.stopped = true;
  }

  push(chunk: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end && !this.stopped) {
      if (this.stage === STAGE.payload) {
        at = this.payload(chunk, at, end);
      } else {
        this.head(chunk[at] ?? 0);
        at += 1;
      }
    }
  }

  private head(byte: number): void {
    if (this.stage === STAGE.first) this.firstByte(byte);
    else if (this.stage === STAGE.second) this.secondByte(byte);
    else this.lengthByte(byte);
  }

  private firstByte(byte: number): void {
    const opcode = byte & 0x0f;
    this.isLast = (byte & FIN) !== 0;
    if ((byte & RESERVED) !== 0) return this.fail("frame with reserved bits");
    if (opcode >= FIRST_CONTROL) {
      if (opcode > OPCODE.pong) return this.fail(`frame of the reserved kind ${opcode}`);
      if (!this.isLast) return this.fail("control frame in parts");
    } else if (opcode === OPCODE.continuation) {
      if (!this.inMessage) return this.fail("continuation of nothing");
    } else {
      if (opcode !== OPCODE.binary) return this.fail(`frame of kind ${opcode}, not binary`);
      if (this.inMessage) return this.fail("message within a message");
    }
    if (opcode < FIRST_CONTROL) this.inMessage = !this.isLast;
    this.opcode = opcode;
    this.stage = STAGE.second;
  }

  private secondByte(byte: number): void {
    if ((byte & MASKED) !== 0) return this.fail("masked frame from a server");
    if (byte > MAX_CONTROL_BYTES && this.opcode >= FIRST_CONTROL) {
      return this.fail("control frame of more than 125 bytes");
    }
    if (byte < LENGTH_16) return this.beginPayload(byte);
    this.left = 0;
    this.lengthBytes = this.lengthBytesLeft = byte === LENGTH_64 ? 8 : 2;
    this.stage = STAGE.length;
  }

  private lengthByte(byte: number): void {
    this.left = this.left * 256 + byte;
    this.lengthBytesLeft -= 1;
    if (this.lengthBytesLeft > 0) return;
    const least = this.lengthBytes === 8 ? 65_536 : LENGTH_16;
    if (this.left < least) return this.fail("frame length not in its shortest form");
    if (this.left > Number.MAX_SAFE_INTEGER) return this.fail("frame without a believable length");
    this.beginPayload(this.left);
  }

  private beginPayload(bytes: number): void {
    this.left = bytes;
    this.stage = STAGE.payload;
    if (this.opcode >= FIRST_CONTROL) {
      this.control = Buffer.alloc(bytes);
      this.controlled = 0;
    }
    if (bytes === 0) this.finishFrame();
  }

  private payload(chunk: Buffer, at: number, end: number): number {
    const next = Math.min(end, at + this.left);
    this.left -= next - at;
    if (this.control === undefined) this.handler.onData(chunk, at, next);
    else this.controlled += chunk.copy(this.control, this.controlled, at, next);
    if (this.left === 0) this.finishFrame();
    return next;
  }

  private finishFrame(): void {
    this.stage = STAGE.first;
    const { control } = this;
    if (control === undefined) return;
    this.control = undefined;
    if (this.opcode === OPCODE.ping) this.handler.onPing(control);
    else if (this.opcode === OPCODE.close) this.close(control);
  }

  private close(payload: Buffer): void {
    if (payload.length === 0) return this.handler.onClose(undefined, "");
    const code = payload.length === 1 ? 0 : payload.readUInt16BE(0);
    if (!isCloseCode(code)) return this.fail("close frame without a valid code");
    this.handler.onClose(code, payload.toString("utf8", 2));
  }

  private fail(detail: string): void {
    this.stop();
    this.handler.onBreach(`WebSocket ${detail}`);
  }
}

/** Codes a peer may send (RFC 6455 §7.4). */
function isCloseCode(code: number): boolean {
  if (code >= 3000) return code < 5000;
  return code >= 1000 && code <= 1014 && (code < 1004 || code > 1006);
}
