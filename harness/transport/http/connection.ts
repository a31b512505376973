import type { Socket } from "node:net";
import { classOfSocketError, type Contact } from "./failure.ts";
import { ResponseReader } from "./response-reader.ts";
import { type HttpAddress, openSocket, type SocketEvents } from "./socket.ts";

/** Whom a connection serves. Each call is the last thing the connection does before it returns. */
export interface ConnectionOwner {
  opened(connection: HttpConnection): void;
  /** A whole answer is in `connection.reader`; the connection is free again, or closed. */
  answered(connection: HttpConnection): void;
  /** It closed by the other side's doing: while connecting, with a request out, or idle. */
  failed(connection: HttpConnection, failure: ConnectionFailure): void;
}

export interface ConnectionFailure {
  readonly during: "connecting" | "request" | "idle";
  readonly errorClass: string;
  readonly contact: Contact;
  readonly cause?: Error;
}

type Phase = "connecting" | "idle" | "busy" | "closed";

/** Servers close idle connections after 5 s and more; one that is about to close is not used. */
const MAX_IDLE_MS = 4000;
/** Of what the server says it waits, so that a request is not on its way when it closes. */
const IDLE_MARGIN_MS = 1000;

/** One keep-alive connection with at most one request out. */
export class HttpConnection implements SocketEvents {
  readonly reader = new ResponseReader();
  readonly #owner: ConnectionOwner;
  readonly #socket: Socket;
  #phase: Phase = "connecting";
  #idleSinceMs = 0;
  readonly #connectTimer: NodeJS.Timeout;

  constructor(
    address: HttpAddress,
    readBuffer: Buffer,
    owner: ConnectionOwner,
    connectTimeoutMs: number,
  ) {
    this.#owner = owner;
    this.#socket = openSocket(address, readBuffer, this);
    this.#connectTimer = setTimeout(onConnectTimeout, connectTimeoutMs, this);
  }

  get connecting(): boolean {
    return this.#phase === "connecting";
  }

  get closed(): boolean {
    return this.#phase === "closed";
  }

  /** The other side may be closing it just now. */
  isStale(nowMs: number): boolean {
    const { idleMs } = this.reader;
    const limitMs =
      idleMs === undefined ? MAX_IDLE_MS : Math.min(MAX_IDLE_MS, idleMs - IDLE_MARGIN_MS);
    return nowMs - this.#idleSinceMs > limitMs;
  }

  /** @param text latin1 unless it has a body. */
  send(text: string, forHead: boolean, hasBody: boolean): void {
    this.#phase = "busy";
    this.reader.begin(forHead);
    this.#socket.write(text, hasBody ? "utf8" : "latin1");
  }

  /** Free for the next request. */
  rest(nowMs: number): void {
    this.#phase = "idle";
    this.#idleSinceMs = nowMs;
  }

  /** Closes it; the owner hears nothing more of it. */
  destroy(): void {
    this.#phase = "closed";
    clearTimeout(this.#connectTimer);
    this.#socket.destroy();
  }

  onReady(): void {
    if (this.#phase !== "connecting") return;
    clearTimeout(this.#connectTimer);
    this.#phase = "idle";
    this.#owner.opened(this);
  }

  onRead(buffer: Buffer, start: number, end: number): void {
    if (this.#phase === "closed") return;
    if (this.#phase !== "busy") {
      // Unasked, such as a 408 before it closes: nothing that may be taken for an answer.
      this.#fail("idle", "unasked", "silent");
      return;
    }
    const reading = this.reader.push(buffer, start, end);
    switch (reading) {
      case "more":
        return;
      case "answer":
        this.#answer();
        return;
      case "malformed":
      case "too-large":
        this.#fail("request", reading, "answered");
        return;
      default:
        return reading satisfies never;
    }
  }

  onError(error: Error): void {
    if (this.#phase === "closed") return;
    this.#fail(this.#during, classOfSocketError(error), "no-connection", error);
  }

  onEnd(): void {
    if (this.#phase === "closed") return;
    if (this.#phase === "busy" && this.reader.close()) this.#answer();
    else this.#fail(this.#during, "closed", "no-connection");
  }

  onConnectTimeout(): void {
    this.#fail("connecting", "connect-timeout", "no-connection");
  }

  get #during(): ConnectionFailure["during"] {
    if (this.#phase === "connecting") return "connecting";
    return this.#phase === "busy" ? "request" : "idle";
  }

  #answer(): void {
    if (this.reader.last) this.destroy();
    this.#owner.answered(this);
  }

  #fail(
    during: ConnectionFailure["during"],
    errorClass: string,
    contact: Contact,
    cause?: Error,
  ): void {
    this.destroy();
    this.#owner.failed(this, {
      during,
      errorClass,
      contact,
      ...(cause === undefined ? {} : { cause }),
    });
  }
}

function onConnectTimeout(connection: HttpConnection): void {
  connection.onConnectTimeout();
}
