import type { Belief } from "./belief.ts";
import { type Asking, type Course, enter } from "./course.ts";
import type { SliceConstants } from "./depths.ts";
import { drive } from "./drive.ts";
import { clear, recover } from "./recover.ts";
import type { WindowOutcome } from "./step.ts";

// A little above the highest good wave: caches and pools fill at the load that matters.
const ABOVE_GOOD = 1.06;
const BACK_OFF = 0.9;
const SAME_RATIO = 0.003;
const STEADY_GROWTH = 0.01;
// A cold target fails at first, and what fails there warms it: no long rest, which would cool it.
const COLD_BACK_OFF = 0.98;
const COLD_QUIET_MS = 1000;

const agree = (before: WindowOutcome, now: WindowOutcome): boolean =>
  Math.abs(now.badRatio - before.badRatio) < SAME_RATIO && now.growthRatio < STEADY_GROWTH;

/** Holds a load the target can carry until two windows in a row agree. Judges nothing. */
export function* warm(course: Course, good: number): Asking<void> {
  enter(course, "warm");
  const { range, options, constants } = course;
  let load = range.snap(good * ABOVE_GOOD);
  let before: WindowOutcome | undefined;
  for (let heldMs = 0; heldMs < constants.maxWarmMs; ) {
    const windowMs = Math.round(constants.warmShare * options.windowMs(load));
    const driven = yield* drive(course, {
      phase: "warm",
      load,
      settleMs: 0,
      windowMs,
      windows: before === undefined ? 2 : 1,
      curtail: true,
      growthRule: false,
    });
    // What was asked for, not what it took: a window cut short must not prolong the warming.
    heldMs += windowMs * Math.max(1, driven.windows.length);
    if (!driven.allGood) {
      yield* recover(course, driven.hard);
      load = range.snap(Math.max(good, load * BACK_OFF));
      before = undefined;
      continue;
    }
    for (const now of driven.windows) {
      if (before !== undefined && agree(before, now)) return;
      before = now;
    }
  }
}

/**
 * Takes an axis up again that was left alone: it has cooled down, and read now it would be found a
 * quarter too low. Holds a load below the capacity until it is good a few times in a row.
 */
export function* rewarm(course: Course, belief: Belief, slices: SliceConstants): Asking<void> {
  const { range, options, constants } = course;
  const known = belief.summary().c50.mean;
  let load = slices.warmLoad * Math.min(course.bestLoad ?? known, known);
  let inARow = 0;
  for (let heldMs = 0; ; ) {
    const enough = heldMs >= slices.leastWarmMs && inARow >= slices.goodInARow;
    if (enough || heldMs >= slices.mostWarmMs) return;
    const at = range.snap(load);
    const windowMs = Math.round(constants.warmShare * options.windowMs(at));
    const driven = yield* drive(course, {
      phase: "warm",
      load: at,
      settleMs: 0,
      windowMs,
      windows: 1,
      curtail: true,
      growthRule: false,
      ...(heldMs === 0 ? { awayMs: slices.awayMs } : {}),
    });
    heldMs += windowMs;
    inARow = driven.allGood ? inARow + 1 : 0;
    if (driven.allGood) continue;
    load *= COLD_BACK_OFF;
    if (driven.hard) yield* clear(course, COLD_QUIET_MS);
  }
}
