import type { LoneDriver } from "../axes/driver.ts";
import type { Ledger } from "../measure/ledger.ts";
import type { SkippingClock } from "./skipping-clock.ts";

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
}

/** A target in virtual time: a single-server queue of known rate. */
export class QueueDriver implements LoneDriver {
  readonly axis = "relay" as const;
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
  #freeAtMs = 0;

  constructor(options: QueueOptions) {
    this.#options = options;
    this.streams = options.streams ?? 4;
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
    this.#freeAtMs = Math.max(this.#freeAtMs, now);
    if (this.#freeAtMs - now > bufferSec * 1000) return;
    this.#freeAtMs += 1000 / perSec;
    this.#due.push({ slot, stream, atMs: this.#freeAtMs });
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
