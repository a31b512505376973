import { MAX_ACK_BYTES, writeAck } from "./encode.ts";
import type { ByteSink } from "./link.ts";
import { type AckType, PACKET } from "./protocol.ts";
import type { Flushable, Workspace } from "./workspace.ts";

/** Acknowledgements a peer that does not read may leave us with before we stop reading too. */
const MAX_UNSENT_BYTES = 65_536;

/** Gathers a session's packets and hands them to its link in one write. */
export class Outbox implements Flushable {
  private readonly sink: ByteSink;
  private readonly workspace: Workspace;
  private chunk: Buffer | undefined;
  /** Where the next packet goes in the chunk; before the first one there is the headroom. */
  private filled: number;
  private blockedSinceMs = -1;
  private blockedBeforeMs = 0;
  private waiting = false;
  private closed = false;
  /** True once something went out since the keepalive last looked. */
  wrote = false;
  /** PUBACKs added since the last write, so not known to the broker. */
  unsentPubacks = 0;

  constructor(sink: ByteSink, workspace: Workspace) {
    this.sink = sink;
    this.workspace = workspace;
    this.filled = sink.headroom;
  }

  /** The kernel has not taken all of an earlier write. */
  get blocked(): boolean {
    return this.blockedSinceMs >= 0;
  }

  /** Milliseconds spent blocked so far, the present spell included. */
  get blockedMs(): number {
    const presentMs = this.blocked ? this.workspace.now() - this.blockedSinceMs : 0;
    return this.blockedBeforeMs + presentMs;
  }

  /** More waits than a peer that reads would ever leave. */
  get overfull(): boolean {
    return this.blocked && this.sink.writableLength > MAX_UNSENT_BYTES;
  }

  /** Makes sure `bytes` more can be added without a write; false if the socket is blocked. */
  makeRoom(bytes: number): boolean {
    if (this.filled + bytes > this.workspace.chunkBytes) this.flush();
    return this.blockedSinceMs < 0;
  }

  /** Adds a copy of one whole packet. */
  add(packet: Buffer): void {
    const { headroom } = this.sink;
    if (packet.length + headroom > this.workspace.chunkBytes) {
      this.hand();
      const copy = Buffer.allocUnsafe(headroom + packet.length);
      packet.copy(copy, headroom);
      this.write(copy, copy.length);
      return;
    }
    this.chunkFor(packet.length).set(packet, this.filled);
    this.filled += packet.length;
  }

  addAck(type: AckType, packetId: number, code: number): void {
    this.filled = writeAck(this.chunkFor(MAX_ACK_BYTES), this.filled, type, packetId, code);
    if (type === PACKET.puback) this.unsentPubacks += 1;
  }

  /** Writes what is pending, unless the kernel has not even taken what it was given before. */
  flush(): void {
    this.waiting = false;
    if (this.blockedSinceMs < 0) this.hand();
  }

  /** Writes what is pending, blocked or not. */
  hand(): void {
    const chunk = this.chunk;
    if (chunk === undefined || this.closed) return;
    const end = this.filled;
    this.chunk = undefined;
    this.filled = this.sink.headroom;
    if (this.write(chunk, end)) this.workspace.giveChunk(chunk);
  }

  /** What a read caused goes out when the read ends, or after the workspace's collect time. */
  flushAfterRead(): void {
    if (this.chunk === undefined) return;
    if (this.workspace.collectMs === 0) {
      this.flush();
    } else if (!this.waiting) {
      this.waiting = true;
      this.workspace.flushSoon(this);
    }
  }

  /** The socket has handed everything to the kernel. */
  onDrain(): void {
    if (this.blocked) this.blockedBeforeMs = this.blockedMs;
    this.blockedSinceMs = -1;
    this.hand();
  }

  /** Drops what is pending and accepts nothing more. */
  close(): void {
    this.closed = true;
    this.onDrain();
    if (this.chunk !== undefined) this.workspace.giveChunk(this.chunk);
    this.chunk = undefined;
    this.filled = this.sink.headroom;
  }

  private chunkFor(bytes: number): Buffer {
    if (this.filled + bytes > this.workspace.chunkBytes) this.hand();
    return (this.chunk ??= this.workspace.takeChunk());
  }

  /** True if the bytes are ours again. */
  private write(bytes: Buffer, end: number): boolean {
    const { sink } = this;
    this.wrote = true;
    this.unsentPubacks = 0;
    const taken = sink.send(bytes, sink.headroom, end);
    if (sink.writableLength > 0 && sink.writableNeedDrain && !this.blocked) {
      this.blockedSinceMs = this.workspace.now();
    }
    return taken;
  }
}
