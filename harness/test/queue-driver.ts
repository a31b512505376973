import type { AxisId } from "#grader/contracts/axis.ts";
import type { LoneDriver } from "../axes/driver.ts";
import type { Ledger } from "../measure/ledger.ts";
import type { SkippingClock } from "./skipping-clock.ts";

/** What serves a queue: who shares it waits for each other's work. */
export interface Server {
  freeAtMs: number;
}

export interface QueueOptions {
  readonly clock: SkippingClock;
  /** Served a second; one after the other. */
  readonly perSec: number;
  /** Seconds of backlog it holds; what comes on top is dropped in silence. */
  readonly bufferSec?: number;
  readonly streams?: number;
  /** Milliseconds the caller is held up at the given slot, as by a stalled event loop. */
  readonly stallAt?: ReadonlyMap<number, number>;
  /** How far the clock that times the answers is ahead. */
  readonly skewMs?: number;
  /** Relay unless told otherwise. */
  readonly axis?: AxisId;
  /** One of its own unless told otherwise. */
  readonly server?: Server;
}

/** A target in virtual time: a single-server queue of known rate. */
export class QueueDriver implements LoneDriver {
  readonly axis: AxisId;
  readonly unitsConnected = 2;
  readonly openSockets = 2;
  readonly pending = 0;
  broken: string | null = null;
  dropped = 0;
  readonly streams: number;
  /** Intended send times of all it sent. */
  readonly sentAtMs: number[] = [];
  readonly #options: QueueOptions;
  readonly #due: { slot: number; stream: number; atMs: number }[] = [];
  #ledger: Ledger | undefined;
  readonly #server: Server;

  constructor(options: QueueOptions) {
    this.#options = options;
    this.streams = options.streams ?? 4;
    this.axis = options.axis ?? "relay";
    this.#server = options.server ?? { freeAtMs: 0 };
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  begin(_step: number, _load: number, ledger: Ledger): void {
    this.#ledger = ledger;
  }

  owns(): boolean {
    return true;
  }

  send(slot: number, intendedAtMs: number): void {
    this.sentAtMs.push(intendedAtMs);
    const { clock, perSec, bufferSec = Infinity, stallAt } = this.#options;
    clock.advance(stallAt?.get(slot) ?? 0);
    // What came before this moment is heard before it: a ledger lives forward.
    this.flush();
    const now = clock.now();
    const stream = slot % this.streams;
    this.#ledger?.sent(slot, now, stream);
    const server = this.#server;
    server.freeAtMs = Math.max(server.freeAtMs, now);
    if (server.freeAtMs - now > bufferSec * 1000) return;
    server.freeAtMs += 1000 / perSec;
    this.#due.push({ slot, stream, atMs: server.freeAtMs });
  }

  /** Answers whose time has come arrive at the exact moment they were due. */
  flush(): void {
    const { clock, skewMs = 0 } = this.#options;
    const now = clock.now();
    for (let next = this.#due[0]; next !== undefined && next.atMs <= now; next = this.#due[0]) {
      this.#due.shift();
      this.#ledger?.arrivedInOrder(next.slot, next.stream, next.atMs + skewMs);
    }
  }

  abandon(): void {}

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}
