/** Calls `tick` when its work is due; `tick` returns the time of the next, or Infinity to stop. */
export interface Wake {
  start(): void;
  /** Ticks at once: what was due has changed. Nothing while it is stopped. */
  again(): void;
  stop(): void;
}
export type OpenWake = (now: () => number, tick: (nowMs: number) => number) => Wake;

export const openTicker: OpenWake = (now, tick) => new Ticker(now, tick);

/**
 * Wakes its caller at absolute times with an error well under a millisecond, without spinning.
 * While work is due within a few milliseconds it sleeps on a private buffer in slices of 0.2 ms and
 * lets sockets be read in between; longer gaps use the coarse timer.
 */
const COARSE_MS = 4;
const COARSE_MARGIN_MS = 1.5;
/** One sleep. Shorter ones would wake once for each message at high rates; longer ones are late. */
const SLICE_MS = 0.2;

class Ticker implements Wake {
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #running = false;
  #dueAtMs = 0;
  readonly #sleeper = new Int32Array(new SharedArrayBuffer(4));
  readonly #tick: (nowMs: number) => number;
  readonly #now: () => number;

  constructor(now: () => number, tick: (nowMs: number) => number) {
    this.#now = now;
    this.#tick = tick;
  }

  start(): void {
    this.#running = true;
    this.again();
  }

  again(): void {
    if (!this.#running) return;
    this.#cancel();
    this.#dueAtMs = this.#now();
    this.#immediate = setImmediate(this.#turn);
  }

  stop(): void {
    this.#running = false;
    this.#cancel();
  }

  #cancel(): void {
    clearTimeout(this.#timer);
    if (this.#immediate !== undefined) clearImmediate(this.#immediate);
  }

  readonly #turn = (): void => {
    if (!this.#running) return;
    let now = this.#now();
    if (now >= this.#dueAtMs) {
      this.#dueAtMs = this.#tick(now);
      if (!this.#running || this.#dueAtMs === Infinity) return;
      now = this.#now();
    }
    // It may have been asked for again while it ticked.
    this.#cancel();
    const wait = this.#dueAtMs - now;
    if (wait > COARSE_MS) {
      this.#timer = setTimeout(this.#turn, wait - COARSE_MARGIN_MS);
      return;
    }
    if (wait > 0) Atomics.wait(this.#sleeper, 0, 0, SLICE_MS);
    this.#immediate = setImmediate(this.#turn);
  };
}
