import type { Random } from "../load/random.ts";

/**
 * Intended send offsets in [0, durationMs), rising, milliseconds. Fixed before the first send.
 * `fromMs` is where the piece asked for begins in a longer schedule; a pace that has no memory
 * needs none of it.
 */
export type Pacer = (
  perSec: number,
  durationMs: number,
  random: Random,
  fromMs?: number,
) => Float64Array;

/** Evenly spaced. */
export const constantPace: Pacer = (perSec, durationMs) => {
  const count = Math.ceil((perSec * durationMs) / 1000 - 1e-9);
  // Multiply each time: adding up a rounded gap drifts.
  return Float64Array.from({ length: count }, (_, i) => (i * 1000) / perSec);
};

/** So many over a whole window, whatever the rate says. */
export const evenPace =
  (count: number): Pacer =>
  (_perSec, durationMs) =>
    Float64Array.from({ length: count }, (_, at) => (at * durationMs) / count);

/**
 * Poisson arrivals, the memoryless traffic of many independent Units: gaps are exponential with
 * mean 1000 / perSec. The offsets depend on how a duration is split, because each piece draws from
 * a stream of its own; `poissonAlong` does not.
 */
export const poissonPace: Pacer = (perSec, durationMs, random) => {
  const expected = (perSec * durationMs) / 1000;
  let offsets = new Float64Array(Math.ceil(expected + 6 * Math.sqrt(expected) + 16));
  let count = 0;
  let unitTime = 0;
  for (;;) {
    unitTime -= Math.log(1 - random());
    const atMs = (unitTime * 1000) / perSec;
    if (atMs >= durationMs) return offsets.subarray(0, count);
    if (count === offsets.length) {
      const grown = new Float64Array(offsets.length * 2);
      grown.set(offsets);
      offsets = grown;
    }
    offsets[count++] = atMs;
  }
};
