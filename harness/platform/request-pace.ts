import { type Clock, pause } from "../load/clock.ts";

/** How fast calls to one instance may begin; all of them share it. */
export interface RequestPace {
  /** Resolves when one more call may begin; rejects with the signal's reason. */
  turn(signal: AbortSignal | undefined): Promise<void>;
  /** A proxy turned a call away: from now on no faster than nginx allows a public address. */
  slowDown(): void;
}

/** Making things ready is no load test: no more than this, whatever is under way at once. */
export const CALLS_PER_SEC = 200;
/** So many may begin at once before the rate counts. */
const BURST = 20;
/** nginx lets a public address have 5 a second; the rest is for who else comes from it. */
export const LIMITED_PER_SEC = 4;
/** What nginx counts as too much drains in this time. */
const DRAIN_MS = 2000;

/** A bucket that leaks at the rate, without a queue of its own: callers are given their time. */
export function openPace(clock: Clock, onSlower: () => void): RequestPace {
  let gapMs = 1000 / CALLS_PER_SEC;
  let burst = BURST;
  let dueMs = Number.NEGATIVE_INFINITY;
  return {
    async turn(signal) {
      const now = clock.now();
      dueMs = Math.max(dueMs, now) + gapMs;
      const waitMs = dueMs - now - burst * gapMs;
      if (waitMs > 0) await pause(clock, waitMs, signal);
    },
    slowDown() {
      if (burst > 1) onSlower();
      gapMs = 1000 / LIMITED_PER_SEC;
      burst = 1;
      // Calls turned away together wait for one draining, not for one each.
      dueMs = Math.max(dueMs, clock.now() + DRAIN_MS);
    },
  };
}
