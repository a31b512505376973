import type { Belief } from "./belief.ts";
import { type Asking, type Course, enter } from "./course.ts";
import { HALF } from "./depths.ts";
import { drive, type Driven } from "./drive.ts";
import { recover } from "./recover.ts";

const ATTEMPTS = 3;
const STEP_DOWN = 0.97;
// One window in ten may fail at C90 by definition, and the background share on top; rounded up to
// one window, unless there is only one.
const ALLOWED_RATIO = 0.1;

/** Sustains the lower bound; the load that passed is the `rated` one, undefined if none did. */
export function* soak(course: Course, belief: Belief): Asking<number | undefined> {
  enter(course, "soak");
  const { constants } = course;
  let share = 1;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const { c90, background } = belief.summary();
    const load = course.range.snapDown(c90.lowerBound * share);
    if (constants.soakSeen && hasHeld(course, load)) return load;
    const driven = yield* sustain(course, load);
    const passed = holds(course, driven, background);
    const weight = HALF * constants.windowWeight;
    for (const { good } of driven.windows) belief.observe({ load, good, weight });
    if (passed) return load;
    yield* recover(course, true);
    share *= STEP_DOWN;
  }
  return undefined;
}

/** Whether a full window held as much, and none failed at so little. */
const hasHeld = ({ heldLoad, worstLoad }: Course, load: number): boolean =>
  heldLoad !== undefined && heldLoad >= load && (worstLoad ?? Infinity) > load;

/** Drives the windows of a soak, none cut short. */
export function* sustain(course: Course, load: number): Asking<Driven> {
  const { constants, options } = course;
  return yield* drive(course, {
    phase: "soak",
    load,
    settleMs: constants.soakSettleMs,
    windowMs: options.windowMs(load),
    windows: constants.soakWindows,
    curtail: false,
    growthRule: true,
  });
}

/** Whether few enough windows of a soak failed; those a hard failure prevented count as failed. */
export function holds(course: Course, { windows }: Driven, background: number): boolean {
  const planned = course.constants.soakWindows;
  const failed = planned - windows.filter((window) => window.good).length;
  return (
    failed <= Math.max(Math.min(1, planned - 1), Math.round((ALLOWED_RATIO + background) * planned))
  );
}
