import type { Link, LinkAddress, LinkEvents, WebSocketPlace } from "./link.ts";
import { type FrameHandler, FrameReader, OPCODE } from "./websocket-frames.ts";
import { WebSocketUpgrade } from "./websocket-upgrade.ts";
import type { Workspace } from "./workspace.ts";

const DEFAULT_PATH = "/mqtt";
const FIN = 0x80;
const MASKED = 0x80;
const KEY_BYTES = 4;
const MAX_HEAD_BYTES = 10 + KEY_BYTES;
const NORMAL_CLOSURE = Buffer.from([0x03, 0xe8]);
const GOING_AWAY = 1001;
/** Beyond this the peer does not read, and needs no more answers to its pings. */
const MAX_UNSENT_BYTES = 65_536;

/** A WebSocket over another link. What it is given to send goes out as one binary frame. */
export class WebSocketLink implements Link, LinkEvents, FrameHandler {
  readonly headroom = MAX_HEAD_BYTES;
  private readonly events: LinkEvents;
  private readonly workspace: Workspace;
  private readonly inner: Link;
  private readonly frames = new FrameReader(this);
  /** Until the server has agreed. */
  private upgrade: WebSocketUpgrade | undefined;
  private saidGoodbye = false;

  constructor(
    address: LinkAddress,
    { path = DEFAULT_PATH, hostName = address.host }: WebSocketPlace,
    workspace: Workspace,
    openInner: (events: LinkEvents) => Link,
    events: LinkEvents,
  ) {
    this.events = events;
    this.workspace = workspace;
    this.upgrade = new WebSocketUpgrade(hostName, address.port, path);
    this.inner = openInner(this);
  }

  get writableLength(): number {
    return this.inner.writableLength;
  }

  get writableNeedDrain(): boolean {
    return this.inner.writableNeedDrain;
  }

  send(bytes: Buffer, start: number, end: number): boolean {
    return this.inner.send(bytes, this.putHead(OPCODE.binary, bytes, start, end), end);
  }

  pause(): void {
    this.inner.pause();
  }

  resume(): void {
    this.inner.resume();
  }

  end(): void {
    this.sayGoodbye();
    this.inner.end();
  }

  destroy(): void {
    this.frames.stop();
    this.inner.destroy();
  }

  // What the inner link reports.

  onReady(): void {
    const request = this.upgrade?.request;
    if (request !== undefined) this.inner.send(request, 0, request.length);
  }

  onRead(buffer: Buffer, start: number, end: number): void {
    if (this.upgrade === undefined) {
      this.frames.push(buffer, start, end);
      return;
    }
    const answer = this.upgrade.push(buffer, start, end);
    if (typeof answer === "string") this.events.onRefusedUpgrade(answer);
    if (typeof answer !== "number") return;
    this.upgrade = undefined;
    this.events.onReady();
    this.frames.push(buffer, start + answer, end);
  }

  onReadDone(): void {
    this.events.onReadDone();
  }

  onDrain(): void {
    this.events.onDrain();
  }

  onError(error: Error): void {
    this.events.onError(error);
  }

  onRefusedUpgrade(answer: string): void {
    this.events.onRefusedUpgrade(answer);
  }

  onEnd(explanation?: string): void {
    this.events.onEnd(explanation);
  }

  // What the frames say.

  onData(buffer: Buffer, start: number, end: number): void {
    this.events.onRead(buffer, start, end);
  }

  onPing(payload: Buffer): void {
    if (this.saidGoodbye || this.inner.writableLength > MAX_UNSENT_BYTES) return;
    this.sendControl(OPCODE.pong, payload);
  }

  onClose(code: number | undefined, text: string): void {
    this.frames.stop();
    this.sayGoodbye();
    const unusual = code !== undefined && code > GOING_AWAY;
    this.events.onEnd(unusual ? `WebSocket code ${code} ${text}`.trim() : undefined);
  }

  onBreach(detail: string): void {
    this.events.onBreach(detail);
  }

  private sayGoodbye(): void {
    if (this.saidGoodbye) return;
    this.saidGoodbye = true;
    this.sendControl(OPCODE.close, NORMAL_CLOSURE);
  }

  private sendControl(opcode: number, payload: Buffer): void {
    const bytes = Buffer.alloc(MAX_HEAD_BYTES + payload.length);
    bytes.set(payload, MAX_HEAD_BYTES);
    const at = this.putHead(opcode, bytes, MAX_HEAD_BYTES, bytes.length);
    this.inner.send(bytes, at, bytes.length);
  }

  /** Writes the head of a whole message before its payload, which it masks; returns its start. */
  private putHead(opcode: number, bytes: Buffer, start: number, end: number): number {
    const length = end - start;
    const keyAt = start - KEY_BYTES;
    this.workspace.maskKeys.apply(bytes, keyAt, start, end);
    let at = keyAt - 2;
    if (length < 126) {
      bytes[at + 1] = MASKED | length;
    } else if (length < 65_536) {
      bytes.writeUInt16BE(length, at);
      at -= 2;
      bytes[at + 1] = MASKED | 126;
    } else {
      bytes.writeUIntBE(length, at - 4, 6);
      bytes.writeUInt16BE(0, at - 6);
      at -= 8;
      bytes[at + 1] = MASKED | 127;
    }
    bytes[at] = FIN | opcode;
    return at;
  }
}
