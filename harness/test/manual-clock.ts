import { abortReason, type Clock } from "../load/clock.ts";

export interface ManualClock extends Clock {
  /** Moves time and wakes who slept until then. */
  advance(ms: number): void;
}

/** A clock that stands still until a test moves it: what really waits, waits. */
export function manualClock(): ManualClock {
  let now = 1000;
  const sleepers = new Set<{ readonly atMs: number; readonly wake: () => void }>();
  return {
    now: () => now,
    wall: () => 1_795_000_000_000 + now,
    sleepUntil: (atMs, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(abortReason(signal));
          return;
        }
        if (atMs <= now) {
          resolve();
          return;
        }
        const sleeper = { atMs, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", () => {
          sleepers.delete(sleeper);
          reject(abortReason(signal));
        });
      }),
    advance: (ms) => {
      now += ms;
      for (const sleeper of sleepers) {
        if (sleeper.atMs > now) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
    },
  };
}
