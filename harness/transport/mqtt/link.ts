import type { ConnectionOptions } from "node:tls";
import { TcpSocket } from "./tcp-socket.ts";
import { TlsLink } from "./tls-link.ts";
import { WebSocketLink } from "./websocket-link.ts";
import type { Workspace } from "./workspace.ts";

export interface LinkAddress {
  readonly host: string;
  readonly port: number;
  readonly localAddress?: string;
  /** Present, even if empty: connect with TLS. */
  readonly tls?: ConnectionOptions;
  /** Present, even if empty: speak MQTT inside a WebSocket. */
  readonly websocket?: WebSocketPlace;
}

export interface WebSocketPlace {
  /** Where the broker's WebSocket listens; `/mqtt` unless it says so. */
  readonly path?: string;
  /** What the request names as its host, where `host` is an address. */
  readonly hostName?: string;
}

/** What a link reports. */
export interface LinkEvents {
  /** Connected, and with TLS and WebSocket their handshakes done. */
  onReady(): void;
  /** `buffer[start..end)` is valid during the call only. */
  onRead(buffer: Buffer, start: number, end: number): void;
  /** What one read brought, be it in several parts, has been handed over. */
  onReadDone(): void;
  onDrain(): void;
  onError(error: Error): void;
  /** The server would not speak WebSocket. */
  onRefusedUpgrade(answer: string): void;
  /** The peer has broken the rules of WebSocket. */
  onBreach(detail: string): void;
  /** The peer has closed its side, or the socket is gone. */
  onEnd(explanation?: string): void;
}

/** The part of a link that takes bytes. */
export interface ByteSink {
  /** Bytes in front of what it is given that it may write to. */
  readonly headroom: number;
  /**
   * Sends `bytes[start..end)`, and may change them and the headroom before them. False: the link
   * keeps the buffer until it drains, and the caller needs another one.
   */
  send(bytes: Buffer, start: number, end: number): boolean;
  /** Bytes the kernel has not taken yet. */
  readonly writableLength: number;
  readonly writableNeedDrain: boolean;
}

/** The way to a broker: TCP, TLS, or a WebSocket over either. */
export interface Link extends ByteSink {
  /** Stops reading; the peer then finds its own output blocked. */
  pause(): void;
  resume(): void;
  /** Closes our side once everything is sent. */
  end(): void;
  destroy(): void;
}

/** Starts connecting, without Nagle's delay, and reports until the link is gone. */
export function openLink(address: LinkAddress, workspace: Workspace, events: LinkEvents): Link {
  return address.websocket === undefined
    ? openStream(address, workspace, events)
    : new WebSocketLink(
        address,
        address.websocket,
        workspace,
        (inner) => openStream(address, workspace, inner),
        events,
      );
}

function openStream(address: LinkAddress, workspace: Workspace, events: LinkEvents): Link {
  return address.tls === undefined
    ? new TcpSocket(address, workspace, events)
    : new TlsLink(address, address.tls, workspace, events);
}
