import { Pool } from "undici";
import type { Clock } from "../load/clock.ts";
import { type Contact, type HttpRequest, HttpExchange } from "./http-exchange.ts";

/** Told once per request: `errorClass` is undefined for a good answer. */
export type HttpDone = (tag: number, errorClass: string | undefined, contact: Contact) => void;

export interface HttpTransportOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Where to connect, whatever the name says later; fixed for the run. */
  readonly address: { readonly address: string; readonly family: 4 | 6 };
  readonly clock: Clock;
  /** Connections kept open; more requests than this wait their turn, and their latency shows it. */
  readonly connections: number;
  /** An unanswered request is given up this long after `send`, wherever it is by then. */
  readonly timeoutMs: number;
}

const CONNECT_TIMEOUT_MS = 5000;
/** The queue is cut to size when this much of its front is used up. */
const SPENT_LIMIT = 1024;

/**
 * Open-loop requests over keep-alive connections: `send` returns at once, whatever the target does.
 * The queue is ours and undici is handed only what a connection is free for, because what waits
 * inside undici has no timeout, cannot be taken back, and would be sent into later silence.
 */
export class HttpTransport implements AsyncDisposable {
  readonly #options: HttpTransportOptions;
  readonly #pool: Pool;
  readonly #done: HttpDone;
  readonly #closing = new AbortController();
  #queue: HttpExchange[] = [];
  /** Position in the queue of the request that is next. */
  #first = 0;
  /** In undici's hands, oldest first; some may be given up but not yet handed back. */
  readonly #dispatched = new Set<HttpExchange>();
  #dispatching = false;
  #watching = false;

  constructor(options: HttpTransportOptions, done: HttpDone) {
    this.#options = options;
    this.#pool = new Pool(options.origin, {
      connections: options.connections,
      pipelining: 1,
      // Ours run from `send` on, undici's only from the socket, and in steps of a second.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: {
        timeout: Math.min(CONNECT_TIMEOUT_MS, options.timeoutMs),
        lookup: (_host, lookup, callback) => {
          const { address, family } = options.address;
          if (lookup.all === true) callback(null, [{ address, family }]);
          else callback(null, address, family);
        },
      },
    });
    this.#done = done;
  }

  get openSockets(): number {
    return this.#pool.stats.connected;
  }

  /** Requests neither answered nor given up, in the queue or on their way. */
  get outstanding(): number {
    let open = this.#queue.length - this.#first;
    for (const exchange of this.#dispatched) if (!exchange.over) open++;
    return open;
  }

  send(request: HttpRequest, tag: number): void {
    if (this.#closing.signal.aborted) return;
    const { clock, timeoutMs } = this.#options;
    const exchange = new HttpExchange(request, clock, clock.now() + timeoutMs, {
      ended: (errorClass, contact) => this.#done(tag, errorClass, contact),
      released: () => {
        this.#dispatched.delete(exchange);
        this.#dispatch();
      },
    });
    this.#queue.push(exchange);
    this.#dispatch();
    this.#watchTimeouts();
  }

  /** Drops the queue and aborts what is out; `done` hears nothing of either. */
  dropAll(): void {
    this.#queue = [];
    this.#first = 0;
    for (const exchange of this.#dispatched) {
      exchange.abandon(new Error("dropped: its step is over"));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new Error("the transport was closed"));
    this.dropAll();
    await this.#pool.destroy();
  }

  /** Hands over requests while a connection is free; one that fails at once does not nest. */
  #dispatch(): void {
    if (this.#dispatching) return;
    this.#dispatching = true;
    while (this.#dispatched.size < this.#options.connections) {
      const exchange = this.#shift();
      if (exchange === undefined) break;
      this.#dispatched.add(exchange);
      exchange.dispatchOn(this.#pool);
    }
    this.#dispatching = false;
  }

  #shift(): HttpExchange | undefined {
    const exchange = this.#queue[this.#first];
    if (exchange === undefined) return undefined;
    this.#first++;
    if (this.#first > SPENT_LIMIT && this.#first * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#first);
      this.#first = 0;
    }
    return exchange;
  }

  /** One timer for all: every request has the same time, so the oldest is always the next. */
  #watchTimeouts(): void {
    const oldest = this.#oldest();
    if (this.#watching || oldest === undefined) return;
    this.#watching = true;
    const { signal } = this.#closing;
    this.#options.clock.sleepUntil(oldest.untilMs, signal).then(
      () => {
        this.#watching = false;
        this.#timeOut();
        this.#watchTimeouts();
      },
      // Closed: nobody waits any more.
      () => undefined,
    );
  }

  #oldest(): HttpExchange | undefined {
    for (const exchange of this.#dispatched) if (!exchange.over) return exchange;
    return this.#queue[this.#first];
  }

  #timeOut(): void {
    const now = this.#options.clock.now();
    // The queue first: a place that becomes free below must not go to one whose time is up.
    for (let next = this.#queue[this.#first]; next !== undefined && next.untilMs <= now; ) {
      this.#shift()?.timeOut();
      next = this.#queue[this.#first];
    }
    for (const exchange of this.#dispatched) if (exchange.untilMs <= now) exchange.timeOut();
  }
}
