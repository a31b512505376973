import { seededRandom } from "../load/random.ts";
import type { Pacer } from "./pacer.ts";
import type { RateCurve } from "./rate-curve.ts";

/** Rounding in the integral must not move a message over the edge of a window. */
const EDGE = 1e-6;
/** Poisson points are drawn in blocks of this many messages, each from its own seed. */
const BLOCK = 64;

/**
 * Evenly along a curve: the n-th message is due when the integral of the rate reaches n. However a
 * duration is split, each message falls into exactly one piece, at the same time.
 */
export const evenlyAlong =
  (curve: RateCurve): Pacer =>
  (_perSec, durationMs, _random, fromMs = 0) => {
    const first = Math.ceil(curve.countBefore(fromMs) - EDGE);
    const end = Math.ceil(curve.countBefore(fromMs + durationMs) - EDGE);
    return Float64Array.from({ length: Math.max(0, end - first) }, (_, i) =>
      within(curve.timeOf(first + i) - fromMs, durationMs),
    );
  };

/**
 * Poisson arrivals whose rate follows a curve: a Poisson process of rate one, stretched by the
 * inverse of the integral (time change). The process is drawn in blocks with seeds of their own,
 * and being memoryless may start anew at each; so it does not depend on how a duration is split.
 */
export const poissonAlong =
  (curve: RateCurve, seed: number): Pacer =>
  (_perSec, durationMs, _random, fromMs = 0) => {
    const from = curve.countBefore(fromMs);
    const to = curve.countBefore(fromMs + durationMs);
    const offsets: number[] = [];
    for (let block = Math.floor(from / BLOCK); block * BLOCK < to; block++) {
      for (const point of unitPoints(seed, block)) {
        if (point < from) continue;
        if (point >= to) break;
        offsets.push(within(curve.timeOf(point) - fromMs, durationMs));
      }
    }
    return Float64Array.from(offsets);
  };

function* unitPoints(seed: number, block: number): Generator<number> {
  const random = seededRandom(seed, block);
  for (let at = 0; ; ) {
    at -= Math.log(1 - random());
    if (at >= BLOCK) return;
    yield block * BLOCK + at;
  }
}

/** Rounding may put the first or last message a hair outside. */
const within = (offsetMs: number, durationMs: number): number =>
  Math.min(Math.max(0, offsetMs), durationMs * (1 - Number.EPSILON));
