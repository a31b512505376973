import { connect, isIP, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";

/** Where connections go. */
export interface HttpAddress {
  readonly host: string;
  readonly port: number;
  /** Present, even if empty: connect with TLS. */
  readonly tls?: ConnectionOptions;
}

export interface SocketEvents {
  /** Connected, and with TLS its handshake done. */
  onReady(): void;
  /** `buffer[start..end)` is valid during the call only. */
  onRead(buffer: Buffer, start: number, end: number): void;
  onError(error: Error): void;
  /** The peer has closed its side, or the socket is gone. */
  onEnd(): void;
}

/**
 * Connects a socket without Nagle's delay and reports on it until it is gone. TCP is read into
 * `readBuffer`, which all sockets share; TLS decrypts into buffers of its own.
 */
export function openSocket(address: HttpAddress, readBuffer: Buffer, events: SocketEvents): Socket {
  const { host, port, tls } = address;
  const socket =
    tls === undefined
      ? connect({ host, port, noDelay: true, onread: intoBuffer(readBuffer, events) })
      : connectTls({ ...tls, host, port });
  if (tls === undefined) socket.on("connect", () => events.onReady());
  else {
    socket.setNoDelay(true);
    socket.on("secureConnect", () => events.onReady());
    socket.on("data", (chunk: Buffer) => events.onRead(chunk, 0, chunk.length));
  }
  socket.on("error", (error) => events.onError(error));
  socket.on("end", () => events.onEnd());
  socket.on("close", () => events.onEnd());
  return socket;
}

const intoBuffer = (buffer: Buffer, events: SocketEvents) => ({
  buffer,
  callback(bytesRead: number): boolean {
    events.onRead(buffer, 0, bytesRead);
    return true;
  },
});

/** A certificate is for a name; an address can only be checked as one. */
export const tlsOf = (name: string, ca: Buffer | undefined) => ({
  ...(isIP(name) === 0 ? { servername: name } : {}),
  ...(ca === undefined ? {} : { ca }),
});
