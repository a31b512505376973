import { MAX_ACK_BYTES, writeAck } from "./encode.ts";
import type { AckType } from "./protocol.ts";
import type { Flushable, Workspace } from "./workspace.ts";

/** The part of a socket an outbox uses. */
export interface ByteSink {
  write(bytes: Buffer): boolean;
  readonly writableLength: number;
  readonly writableNeedDrain: boolean;
}

/** Gathers a session's packets and hands them to its socket in one write. */
export class Outbox implements Flushable {
  private readonly socket: ByteSink;
  private readonly workspace: Workspace;
  private chunk: Buffer | undefined;
  private length = 0;
  private blockedSinceMs = -1;
  private blockedBeforeMs = 0;
  private waiting = false;
  private closed = false;
  /** True once something went out since the keepalive last looked. */
  wrote = false;

  constructor(socket: ByteSink, workspace: Workspace) {
    this.socket = socket;
    this.workspace = workspace;
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

  /** Makes sure `bytes` more can be added without a write; false if the socket is blocked. */
  makeRoom(bytes: number): boolean {
    if (this.length + bytes > this.workspace.chunkBytes) this.flush();
    return this.blockedSinceMs < 0;
  }

  /** Adds a copy of one whole packet. */
  add(packet: Buffer): void {
    if (packet.length > this.workspace.chunkBytes) {
      this.flush();
      this.write(Buffer.from(packet));
      return;
    }
    const chunk = this.chunkFor(packet.length);
    packet.copy(chunk, this.length);
    this.length += packet.length;
  }

  addAck(type: AckType, packetId: number, code: number): void {
    this.length = writeAck(this.chunkFor(MAX_ACK_BYTES), this.length, type, packetId, code);
  }

  flush(): void {
    const chunk = this.chunk;
    if (chunk === undefined || this.closed) return;
    const filled = chunk.subarray(0, this.length);
    this.chunk = undefined;
    this.length = 0;
    this.write(filled);
    // Nothing left with the socket means the kernel has its copy and the bytes are ours again.
    if (this.socket.writableLength === 0) this.workspace.giveChunk(chunk);
  }

  /** What a read caused goes out when the read ends, or after the workspace's collect time. */
  flushAfterRead(): void {
    if (this.length === 0) return;
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
  }

  /** Drops what is pending and accepts nothing more. */
  close(): void {
    this.onDrain();
    this.closed = true;
    if (this.chunk !== undefined) this.workspace.giveChunk(this.chunk);
    this.chunk = undefined;
    this.length = 0;
  }

  private chunkFor(bytes: number): Buffer {
    if (this.length + bytes > this.workspace.chunkBytes) this.flush();
    this.chunk ??= this.workspace.takeChunk();
    return this.chunk;
  }

  private write(bytes: Buffer): void {
    this.wrote = true;
    this.waiting = false;
    this.socket.write(bytes);
    if (this.socket.writableLength > 0 && this.socket.writableNeedDrain && !this.blocked) {
      this.blockedSinceMs = this.workspace.now();
    }
  }
}
