import { AXIS_IDS } from "../contracts/axis.ts";
import type { AxisShares } from "./vector.ts";

/**
 * How full an instance is when several axes are loaded at once, 1 being full (grading.md §5.3).
 * `shares` are loads ÷ what each axis holds alone, `joint` the same of a load that held on all axes
 * together, or undefined when there was no joint run. Both rules grow in proportion to the load.
 */

/**
 * Never too low as long as costs add up at most linearly: the load must lie under the convex hull
 * of what was measured, each axis alone and all together. The smallest Σw + Σ max(0, x − w·joint)
 * is at a corner, since it is made of straight lines.
 */
export function safeFill(shares: AxisShares, joint: AxisShares | undefined): number {
  const x = AXIS_IDS.map((axis) => shares[axis] ?? 0);
  const alone = x.reduce((sum, share) => sum + share, 0);
  if (joint === undefined || !Number.isFinite(alone)) return alone;
  const ref = AXIS_IDS.map((axis) => joint[axis] ?? 0);
  const reach = ref.reduce((sum, share) => sum + share, 0);
  if (reach <= 0) return Infinity;
  // Together held less than the sum of parts: then the axes' own figures promise too much.
  if (reach < 1) return alone / reach;
  // Beyond `alone` the weight itself is more than doing without the joint run.
  const corners = [0, ...x.map((share, i) => share / (ref[i] ?? 0)).filter((w) => w <= alone)];
  return Math.min(...corners.map((w) => w + shortfall(x, ref, w)));
}

const shortfall = (x: readonly number[], ref: readonly number[], w: number): number =>
  x.reduce((sum, share, i) => sum + Math.max(0, share - w * (ref[i] ?? 0)), 0);

/** Without a joint run: below the median (2.8) of simulated systems, so more often too little. */
export const USUAL_POWER = 2;
const MOST_POWER = 60;

/** Close to the truth on average, too hopeful for one mix in five: a norm fitted on the joint run. */
export const likelyFill = (shares: AxisShares, joint: AxisShares | undefined): number =>
  norm(valuesOf(shares), joint === undefined ? USUAL_POWER : powerOf(joint));

/** The power whose norm of the joint run is 1; between adding up (1) and not minding (60). */
export function powerOf(joint: AxisShares): number {
  const ref = valuesOf(joint);
  if (norm(ref, MOST_POWER) >= 1) return MOST_POWER;
  if (norm(ref, 1) <= 1) return 1;
  let low = 1;
  let high = MOST_POWER;
  for (let i = 0; i < 40; i++) {
    const middle = Math.sqrt(low * high);
    if (norm(ref, middle) > 1) low = middle;
    else high = middle;
  }
  return low;
}

const valuesOf = (shares: AxisShares): number[] => AXIS_IDS.map((axis) => shares[axis] ?? 0);

function norm(values: readonly number[], power: number): number {
  const most = Math.max(...values);
  if (most === 0 || !Number.isFinite(most)) return most;
  // Scaled, or a high power of a small share would vanish.
  return most * values.reduce((sum, value) => sum + (value / most) ** power, 0) ** (1 / power);
}

/** More than anybody connects to one instance; the answer is "at least so many". */
export const MOST_UNITS = 10_000_000;

/**
 * The largest count that fits, 0 when none does. From `risingFrom` on whatever fits, fewer fit as
 * well; below, where a bound may fall with the count, each is tried.
 */
export function largestCount(fits: (count: number) => boolean, risingFrom: number): number {
  const start = Math.min(Math.max(1, Math.ceil(risingFrom)), 1000);
  if (!fits(start)) {
    for (let count = start - 1; count >= 1; count--) if (fits(count)) return count;
    return 0;
  }
  let low = start;
  let high = start;
  while (high < MOST_UNITS && fits(high)) {
    low = high;
    high *= 2;
  }
  if (high >= MOST_UNITS && fits(MOST_UNITS)) return MOST_UNITS;
  high = Math.min(high, MOST_UNITS);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}
