import { exp, ln } from "./arithmetic.ts";
import { type Belief, createBelief } from "./belief.ts";
import { type Asking, type Course, enter } from "./course.ts";
import { BACKGROUND_SUSPECTED, SPARSE_MESSAGES } from "./depths.ts";
import { drive } from "./drive.ts";
import type { Summary } from "./posterior.ts";
import { recover } from "./recover.ts";
import { rewarm } from "./warm.ts";
import type { Bracket } from "./waves.ts";

// The grid reaches this far beyond the bracket to begin with.
const BELOW_GOOD = 0.6;
const ABOVE_BAD = 1.2;
// A failing target delivers a little more than it can sustain.
const HINT_SHARE = 0.97;
const LEAST_ABOVE_GOOD = 1.02;
// The first steps look for c itself, where one window each tells most.
const SINGLE_WINDOW_STEPS = 3;
const MEDIAN_STEPS = 4;
// A little below the median, in standard deviations of ln c: as quick, with fewer overloads, which a
// target that is slow to come back would turn into a reading of its slow pace.
const LOOK_BELOW = 0.3;
const SDS_OF_95 = 3.92;
// Then loads spread over the curve where P(good) should be 0.9, 0.6, 0.9, 0.4: this is −Φ⁻¹ of it.
const QUANTILE_Z = [-1.2816, -0.253, -1.2816, 0.253] as const;
// Even where little is asked for, the bracket is looked into.
const LEAST_WINDOWS = 3;
const LEAST_SPREAD = 0.01;
const BACKGROUND_SHARE = 0.6;
// The time limit ends the search long before; this holds when a measurer reports no time at all.
const MOST_STEPS = 100;

/** Half the width of the capacity's 95 % interval, in ln C90. */
const halfWidth = ({ c90 }: Summary): number => ln(c90.high / c90.low) / 2;

/** Starts the posterior on what the waves found. */
export function believe(course: Course, { good, bad }: Bracket): Belief {
  course.belief = createBelief(course.waves, {
    low: good * BELOW_GOOD,
    high: bad * ABOVE_BAD,
    maxLoad: course.range.max,
    floorLoad: course.range.floor,
    spreadPrior: spreadPrior(course, good),
  });
  return course.belief;
}

function spreadPrior({ constants, options }: Course, load: number): readonly number[] {
  const messages = (load * options.windowMs(load)) / 1000;
  return messages < SPARSE_MESSAGES ? constants.sparseSpreadPrior : constants.spreadPrior;
}

/** Narrows the posterior until it meets the tolerance or the time is used up. */
export function* refine(course: Course, belief: Belief, bracket: Bracket): Asking<void> {
  enter(course, "refine");
  const { constants, tally } = course;
  const { slices } = constants;
  const beganMs = tally.elapsedMs;
  let windows = 0;
  for (let step = 0; step < MOST_STEPS; step++) {
    const enough = windows >= constants.minWindows;
    const spentMs = tally.elapsedMs - beganMs;
    course.narrow = enough && halfWidth(belief.summary()) <= constants.tolerance;
    if (course.narrow || (enough && spentMs > constants.maxRefineMs)) return;
    if (windows >= LEAST_WINDOWS && clearOf(course, belief)) return;
    if (slices !== undefined && step > 0 && step % slices.steps === 0) {
      yield* rewarm(course, belief, slices);
    }
    if (constants.backgroundAfter.includes(step)) yield* lookAtBackground(course, belief);
    windows += yield* refineOnce(course, belief, refineLoad(step, belief.summary(), bracket), step);
    belief.widen();
  }
}

/** Whether the capacity lies so high that a closer look would change nothing that is asked. */
const clearOf = ({ options }: Course, belief: Belief): boolean =>
  options.enoughLoad !== undefined && belief.summary().c90.low >= options.enoughLoad;

/** Load to try at a refining step. */
function refineLoad(step: number, { c50, spread }: Summary, bracket: Bracket): number {
  if (step === 0) return firstLoad(bracket);
  if (step < MEDIAN_STEPS)
    return c50.median * exp((-LOOK_BELOW * ln(c50.high / c50.low)) / SDS_OF_95);
  const z = QUANTILE_Z[step % QUANTILE_Z.length] ?? 0;
  return c50.mean * exp(z * Math.max(spread, LEAST_SPREAD));
}

function firstLoad({ good, bad, deliveredPerSec }: Bracket): number {
  const hint = HINT_SHARE * (deliveredPerSec ?? 0);
  if (hint <= good || hint >= bad) return Math.sqrt(good * bad);
  return Math.min(bad * HINT_SHARE, Math.max(good * LEAST_ABOVE_GOOD, hint));
}

function* refineOnce(course: Course, belief: Belief, wanted: number, step: number): Asking<number> {
  const { options, constants, range } = course;
  const load = range.snap(wanted);
  const count = step < SINGLE_WINDOW_STEPS ? 1 : constants.windowsPerStep;
  const driven = yield* drive(course, {
    phase: "refine",
    load,
    settleMs: constants.settleMs,
    windowMs: options.windowMs(load),
    windows: count,
    curtail: true,
    growthRule: true,
  });
  for (const { good } of driven.windows)
    belief.observe({ load, good, weight: constants.windowWeight });
  // A load that overloaded the target would have failed the windows that were not driven, too.
  for (let i = driven.windows.length; i < count; i++) {
    belief.observe({ load, good: false, weight: constants.windowWeight });
  }
  if (!driven.allGood) yield* recover(course, driven.hard);
  // As many windows as a soak has: no less is known than from a soak at that load.
  else if (count >= constants.soakWindows) {
    course.heldLoad = Math.max(load, course.heldLoad ?? load);
  }
  return count;
}

/** Pins the background failure δ, if suspected, well below the capacity. */
function* lookAtBackground(course: Course, belief: Belief): Asking<void> {
  const { c50, background } = belief.summary();
  if (background <= BACKGROUND_SUSPECTED) return;
  enter(course, "background");
  const { options, constants, range } = course;
  const load = range.snap(BACKGROUND_SHARE * c50.mean);
  const driven = yield* drive(course, {
    phase: "background",
    load,
    settleMs: constants.settleMs,
    windowMs: options.windowMs(load),
    windows: constants.backgroundWindows,
    curtail: false,
    growthRule: true,
  });
  for (const { good } of driven.windows)
    belief.observe({ load, good, weight: constants.windowWeight });
  if (driven.hard) yield* recover(course, true);
  enter(course, "refine");
}
