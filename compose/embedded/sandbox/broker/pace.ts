const BURST_MS = 1000;
/** A timer cannot wait for less. */
const SHORTEST_MS = 1;

/** How long what follows in a stream must wait to keep a rate, after a burst of one second's worth. */
export type Pace = (nowMs: number, amount?: number) => number;

/** A token bucket, kept as the time when it would be full again. */
export function createPace(perSec: number): Pace {
  let fullAtMs = Number.NEGATIVE_INFINITY;
  return (nowMs, amount = 1) => {
    fullAtMs = Math.max(fullAtMs, nowMs) + (1000 * amount) / perSec;
    const waitMs = fullAtMs - nowMs - BURST_MS;
    return waitMs < SHORTEST_MS ? 0 : waitMs;
  };
}
