import type { LoadstoneError } from "../errors.ts";
import type { Clock } from "../load/clock.ts";
import { socketFault } from "../machine/socket-fault.ts";
import { type ConnectionFailure, type ConnectionOwner, HttpConnection } from "./http/connection.ts";
import type { Contact } from "./http/failure.ts";
import { type HttpRequest, RequestEncoder } from "./http/request.ts";
import { type Exchange, RequestQueue } from "./http/request-queue.ts";
import { type HttpAddress, tlsOf } from "./http/socket.ts";

/** Told once per request: `errorClass` is undefined for a good answer. */
export type HttpDone = (tag: number, errorClass: string | undefined, contact: Contact) => void;

export interface HttpTransportOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Where to connect, whatever the name says later; fixed for the run. */
  readonly address: { readonly address: string; readonly family: 4 | 6 };
  /** Certificate authorities to trust in place of those Node knows. */
  readonly ca?: Buffer;
  readonly clock: Clock;
  /** Connections kept open; what waits for one to be free shows it in its latency (see `allow`). */
  readonly connections: number;
  /** An unanswered request is given up this long after `send`, wherever it is by then. */
  readonly timeoutMs: number;
}

const CONNECT_TIMEOUT_MS = 5000;
const READ_BUFFER_BYTES = 65_536;

/**
 * Open-loop requests over keep-alive connections: `send` returns at once, whatever the target does.
 * A request waits in the queue until a connection is free for it, never on one: what waits there
 * could not be taken back, and one connection that hangs would hold it while others rest.
 */
export class HttpTransport implements AsyncDisposable, ConnectionOwner {
  readonly #options: HttpTransportOptions;
  readonly #done: HttpDone;
  readonly #encoder: RequestEncoder;
  /** Reads are handled before the next one starts, so one buffer serves all connections. */
  readonly #readBuffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);
  readonly #place: HttpAddress;
  readonly #closing = new AbortController();
  /** All that are not closed, and what each is busy with. */
  readonly #connections = new Map<HttpConnection, Exchange | undefined>();
  /** The last one used is on top: the others may rest until they go stale. */
  readonly #idle: HttpConnection[] = [];
  #connecting = 0;
  #busy = 0;
  /** Most connections open at a time. */
  #most: number;
  readonly #queue = new RequestQueue();
  #watching = false;
  #fault: LoadstoneError | undefined;

  constructor(options: HttpTransportOptions, done: HttpDone) {
    const { protocol, host, hostname, port } = new URL(options.origin);
    const isTls = protocol === "https:";
    const name = hostname.replace(/^\[|\]$/g, "");
    this.#options = options;
    this.#most = options.connections;
    this.#done = done;
    this.#encoder = new RequestEncoder(host);
    this.#place = {
      host: options.address.address,
      port: Number(port === "" ? (isTls ? 443 : 80) : port),
      ...(isTls ? { tls: tlsOf(name, options.ca) } : {}),
    };
  }

  get openSockets(): number {
    return this.#connections.size - this.#connecting;
  }

  /** Requests neither answered nor given up, in the queue or on their way. */
  get outstanding(): number {
    return this.#queue.length + this.#busy;
  }

  /** What this machine lacks to open another connection, once it met that. */
  get fault(): LoadstoneError | undefined {
    return this.#fault;
  }

  /** Allows so many connections where it was fewer; those already open stay. */
  allow(connections: number): void {
    this.#most = Math.max(this.#options.connections, connections);
  }

  send(request: HttpRequest, tag: number): void {
    if (this.#closing.signal.aborted) return;
    const { clock, timeoutMs } = this.#options;
    const exchange = { request, tag, untilMs: clock.now() + timeoutMs };
    const connection = this.#queue.length === 0 ? this.#freshIdle() : undefined;
    if (connection !== undefined) this.#start(connection, exchange);
    else {
      this.#queue.push(exchange);
      this.#connectMore();
    }
    if (!this.#watching) this.#watchTimeouts();
  }

  /** Drops the queue and aborts what is out; `done` hears nothing of either. */
  dropAll(): void {
    this.#queue.clear();
    for (const [connection, exchange] of this.#connections) {
      if (exchange !== undefined) this.#drop(connection);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new Error("the transport was closed"));
    this.dropAll();
    for (const connection of this.#connections.keys()) connection.destroy();
    this.#connections.clear();
    this.#connecting = 0;
    return Promise.resolve();
  }

  opened(connection: HttpConnection): void {
    this.#connecting--;
    this.#useNext(connection);
  }

  answered(connection: HttpConnection): void {
    const exchange = this.#connections.get(connection);
    const { status, body } = connection.reader;
    this.#busy--;
    this.#connections.set(connection, undefined);
    if (connection.closed) this.#connections.delete(connection);
    if (exchange !== undefined) {
      this.#done(exchange.tag, exchange.request.check(status, body), "answered");
    }
    // `done` may have dropped or sent requests.
    if (connection.closed) this.#connectMore();
    else this.#useNext(connection);
  }

  failed(connection: HttpConnection, failure: ConnectionFailure): void {
    const { during, errorClass, contact, cause } = failure;
    this.#fault ??= socketFault(cause);
    let exchange = this.#connections.get(connection);
    this.#connections.delete(connection);
    if (during === "idle") this.#idle.splice(this.#idle.indexOf(connection), 1);
    else if (during === "request") this.#busy--;
    else {
      this.#connecting--;
      // The oldest request that waits for a connection is the one that did not get it.
      exchange = this.#queue.shift();
    }
    if (exchange !== undefined) this.#done(exchange.tag, errorClass, contact);
    this.#connectMore();
  }

  #start(connection: HttpConnection, exchange: Exchange): void {
    const { request } = exchange;
    this.#connections.set(connection, exchange);
    this.#busy++;
    const text = this.#encoder.encode(request);
    connection.send(text, request.method === "HEAD", request.body !== undefined);
  }

  #useNext(connection: HttpConnection): void {
    const next = this.#queue.shift();
    if (next !== undefined) this.#start(connection, next);
    else {
      connection.rest(this.#options.clock.now());
      this.#idle.push(connection);
    }
  }

  /** An idle connection that the other side is not about to close. */
  #freshIdle(): HttpConnection | undefined {
    const connection = this.#idle.pop();
    if (connection === undefined || !connection.isStale(this.#options.clock.now())) {
      return connection;
    }
    // It was the last used: the others are older still.
    for (const stale of [connection, ...this.#idle.splice(0)]) {
      this.#connections.delete(stale);
      stale.destroy();
    }
    return undefined;
  }

  /** Opens connections for those who wait, up to the limit. */
  #connectMore(): void {
    const { timeoutMs } = this.#options;
    while (this.#queue.length > this.#connecting && this.#connections.size < this.#most) {
      if (this.#closing.signal.aborted) return;
      const limitMs = Math.min(CONNECT_TIMEOUT_MS, timeoutMs);
      const connection = new HttpConnection(this.#place, this.#readBuffer, this, limitMs);
      this.#connecting++;
      this.#connections.set(connection, undefined);
    }
  }

  #drop(connection: HttpConnection): void {
    this.#busy--;
    this.#connections.delete(connection);
    connection.destroy();
  }

  /** One timer for all: every request has the same time, so the oldest is always the next. */
  #watchTimeouts(): void {
    const untilMs = this.#oldestUntilMs();
    if (untilMs === Infinity) return;
    this.#watching = true;
    const { signal } = this.#closing;
    this.#options.clock.sleepUntil(untilMs, signal).then(
      () => {
        this.#watching = false;
        this.#timeOut();
        this.#watchTimeouts();
      },
      // Closed: nobody waits any more.
      () => undefined,
    );
  }

  #oldestUntilMs(): number {
    let oldest = this.#queue.oldest?.untilMs ?? Infinity;
    for (const exchange of this.#connections.values()) {
      if (exchange !== undefined && exchange.untilMs < oldest) oldest = exchange.untilMs;
    }
    return oldest;
  }

  #timeOut(): void {
    const now = this.#options.clock.now();
    // With no connection at all there was nobody to be slow.
    const unconnected = this.openSockets === 0;
    // The queue first: a place that becomes free below must not go to one whose time is up.
    for (let next = this.#queue.oldest; next !== undefined && next.untilMs <= now; ) {
      this.#queue.shift();
      if (unconnected) this.#done(next.tag, "connect-timeout", "no-connection");
      else this.#done(next.tag, "timeout", "silent");
      next = this.#queue.oldest;
    }
    for (const [connection, exchange] of this.#connections) {
      if (exchange === undefined || exchange.untilMs > now) continue;
      this.#drop(connection);
      this.#done(exchange.tag, "timeout", "silent");
    }
    this.#connectMore();
  }
}
