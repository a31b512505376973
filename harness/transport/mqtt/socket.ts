import { connect, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import type { Workspace } from "./workspace.ts";

export interface SocketAddress {
  readonly host: string;
  readonly port: number;
  readonly localAddress?: string;
  readonly tls?: ConnectionOptions;
}

export interface SocketEvents {
  /** Connected, and with TLS its handshake done. */
  onReady(): void;
  /** `buffer[start..end)` is valid during the call only. */
  onRead(buffer: Buffer, start: number, end: number): void;
  onDrain(): void;
  onError(error: Error): void;
  /** The peer has closed its side, or the socket is gone. */
  onEnd(): void;
}

/** Connects a socket without Nagle's delay and reports on it until it is gone. */
export function openSocket(
  address: SocketAddress,
  workspace: Workspace,
  events: SocketEvents,
): Socket {
  const socket =
    address.tls === undefined
      ? openTcp(address, workspace, events)
      : openTls(address, address.tls, events);
  socket.on("drain", () => events.onDrain());
  socket.on("error", (error) => events.onError(error));
  socket.on("end", () => events.onEnd());
  socket.on("close", () => events.onEnd());
  return socket;
}

function openTcp(address: SocketAddress, workspace: Workspace, events: SocketEvents): Socket {
  const { host, port, localAddress } = address;
  const buffer = workspace.readBuffer;
  const onread = {
    buffer,
    callback(bytesRead: number): boolean {
      events.onRead(buffer, 0, bytesRead);
      return true;
    },
  };
  // With a mark of 1 byte `writableNeedDrain` says at once whether the kernel took it all.
  const shape = { host, port, noDelay: true, onread, writableHighWaterMark: 1 };
  const socket = connect(localAddress === undefined ? shape : { ...shape, localAddress });
  socket.on("connect", () => events.onReady());
  return socket;
}

/** TLS decrypts into buffers of its own, so these arrive as ordinary data events. */
function openTls(address: SocketAddress, tls: ConnectionOptions, events: SocketEvents): Socket {
  const { host, port, localAddress } = address;
  const place = localAddress === undefined ? { host, port } : { host, port, localAddress };
  const socket = connectTls({ ...tls, ...place });
  socket.setNoDelay(true);
  socket.on("secureConnect", () => events.onReady());
  socket.on("data", (chunk: Buffer) => events.onRead(chunk, 0, chunk.length));
  return socket;
}
