import type { HttpRequest } from "./request.ts";

/** A request between `send` and its end. */
export interface Exchange {
  readonly request: HttpRequest;
  readonly tag: number;
  /** When it is given up, on the clock. */
  readonly untilMs: number;
}

/** The queue is cut to size when this much of its front is used up. */
const SPENT_LIMIT = 1024;

/** Requests that wait for a connection, in the order of sending. */
export class RequestQueue {
  #exchanges: Exchange[] = [];
  #first = 0;

  get length(): number {
    return this.#exchanges.length - this.#first;
  }

  /** The one that has waited longest. */
  get oldest(): Exchange | undefined {
    return this.#exchanges[this.#first];
  }

  push(exchange: Exchange): void {
    this.#exchanges.push(exchange);
  }

  shift(): Exchange | undefined {
    const exchange = this.oldest;
    if (exchange === undefined) return undefined;
    this.#first++;
    if (this.#first > SPENT_LIMIT && this.#first * 2 > this.#exchanges.length) {
      this.#exchanges = this.#exchanges.slice(this.#first);
      this.#first = 0;
    }
    return exchange;
  }

  clear(): void {
    this.#exchanges = [];
    this.#first = 0;
  }
}
