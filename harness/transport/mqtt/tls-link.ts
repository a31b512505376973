import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import type { Link, LinkAddress, LinkEvents } from "./link.ts";
import type { Workspace } from "./workspace.ts";

/** A TLS connection. Decryption makes buffers of its own, so these arrive as ordinary data. */
export class TlsLink implements Link {
  readonly headroom = 0;
  private readonly socket: TLSSocket;

  constructor(
    address: LinkAddress,
    tls: ConnectionOptions,
    workspace: Workspace,
    events: LinkEvents,
  ) {
    const { host, port, localAddress } = address;
    const place = localAddress === undefined ? { host, port } : { host, port, localAddress };
    // Made once for all: reading certificates anew costs more than the rest of connecting.
    const secureContext = workspace.secureContext(tls);
    const socket = connect({ ...tls, ...place, secureContext });
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on("secureConnect", () => events.onReady());
    socket.on("data", (chunk: Buffer) => {
      events.onRead(chunk, 0, chunk.length);
      events.onReadDone();
    });
    socket.on("drain", () => events.onDrain());
    socket.on("error", (error) => events.onError(error));
    socket.on("end", () => events.onEnd());
    socket.on("close", () => events.onEnd());
  }

  get writableLength(): number {
    return this.socket.writableLength;
  }

  get writableNeedDrain(): boolean {
    return this.socket.writableNeedDrain;
  }

  send(bytes: Buffer, start: number, end: number): boolean {
    // TLS holds on to what it is given for a turn of the event loop at least: a small copy costs
    // less than a chunk that cannot be used again.
    this.socket.write(Buffer.from(bytes.subarray(start, end)));
    return true;
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  end(): void {
    this.socket.end();
  }

  destroy(): void {
    this.socket.destroy();
  }
}
