import { type Asking, type Course, enter } from "./course.ts";
import { drive } from "./drive.ts";
import { recover } from "./recover.ts";
import type { WindowOutcome } from "./step.ts";

// A little above the highest good wave: caches and pools fill at the load that matters.
const ABOVE_GOOD = 1.06;
const BACK_OFF = 0.9;
const SAME_RATIO = 0.003;
const STEADY_GROWTH = 0.01;

const agree = (before: WindowOutcome, now: WindowOutcome): boolean =>
  Math.abs(now.badRatio - before.badRatio) < SAME_RATIO && now.growthRatio < STEADY_GROWTH;

/** Holds a load the target can carry until two windows in a row agree. Judges nothing. */
export function* warm(course: Course, good: number): Asking<void> {
  enter(course, "warm");
  const { range, options, constants } = course;
  let load = range.snap(good * ABOVE_GOOD);
  let before: WindowOutcome | undefined;
  for (let held = 0; held < constants.warmWindows; ) {
    const driven = yield* drive(course, {
      phase: "warm",
      load,
      settleMs: 0,
      windowMs: Math.round(constants.warmShare * options.windowMs(load)),
      windows: before === undefined ? 2 : 1,
      curtail: true,
      growthRule: false,
    });
    held += Math.max(1, driven.windows.length);
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
