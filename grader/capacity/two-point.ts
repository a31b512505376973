import { type Asking, type Course, SearchEnd, startCourse } from "./course.ts";
import { RECOVERY } from "./depths.ts";
import { type Driven, drain, drive } from "./drive.ts";
import { recover } from "./recover.ts";
import type { Observation, SearchOptions, Step } from "./step.ts";

/** What a grade says of one axis, in the axis' unit. */
export interface Claim {
  readonly rated: number;
  /** Upper end of the interval; null when nothing broke up to a ceiling. */
  readonly high: number | null;
}

/** One of the two loads, and what came of it. */
export interface Point {
  readonly load: number;
  readonly good: number;
  readonly windows: number;
}

export interface TwoPointResult {
  /** `refuted` speaks of the claim alone; `inconclusive` that nothing can be said. */
  readonly verdict: "confirmed" | "refuted" | "inconclusive";
  readonly reason: string;
  readonly lower: Point | null;
  readonly upper: Point | null;
}

/** Ask/tell, as a search: the same measurer answers it. */
export interface TwoPointCheck {
  ask(): { readonly step: Step } | { readonly result: TwoPointResult };
  tell(observation: Observation): void;
}

// Six windows, of which one may fail at a load that nine in ten hold (grading method, 4.6).
const WINDOWS = 6;
const MOST_BAD = 1;
const ABOVE_HIGH = 1.25;
const WARM = { share: 0.7, ms: 15_000 } as const;
const SETTLE_MS = 3000;

/**
 * Checks a claim in three minutes, instead of grading anew: what is rated must hold for a minute, and
 * a quarter above the upper end must not. An inflated claim fails the first point, a modest one the
 * second.
 */
export function createTwoPointCheck(claim: Claim, options: SearchOptions): TwoPointCheck {
  const asking = endedGently(claim, startCourse(options));
  let current = asking.next();
  return {
    ask: () => (current.done === true ? { result: current.value } : { step: current.value }),
    tell(observation) {
      if (current.done === true)
        throw new Error("the check has ended; there is nothing to tell it");
      current = asking.next(observation);
    },
  };
}

function* endedGently(claim: Claim, course: Course): Asking<TwoPointResult> {
  try {
    return yield* check(claim, course);
  } catch (end) {
    if (!(end instanceof SearchEnd)) throw end;
    if (course.undrained) yield* drain(course, RECOVERY.quietMs);
    return { verdict: "inconclusive", reason: end.message, lower: null, upper: null };
  }
}

function* check({ rated, high }: Claim, course: Course): Asking<TwoPointResult> {
  yield* warmUp(course, rated);
  const below = yield* hold(course, rated, false);
  const lower = pointOf(rated, below);
  if (!below.allGood) yield* recover(course, below.hard);
  if (WINDOWS - lower.good > MOST_BAD) {
    const reason = `the rated load held in ${lower.good} of ${WINDOWS} windows`;
    return { verdict: "refuted", reason, lower, upper: null };
  }
  const above = (high ?? Infinity) * ABOVE_HIGH;
  if (above > course.range.max) {
    const reason = "the rated load held; nothing is claimed, or can be offered, above it";
    return { verdict: high === null ? "confirmed" : "inconclusive", reason, lower, upper: null };
  }
  return yield* checkAbove(course, lower, above);
}

function* checkAbove(course: Course, lower: Point, load: number): Asking<TwoPointResult> {
  const driven = yield* hold(course, load, true);
  const upper = pointOf(load, driven);
  if (!driven.allGood) yield* recover(course, driven.hard);
  const failed = WINDOWS - upper.good > MOST_BAD;
  const reason = failed
    ? "the rated load held, and a quarter above the upper end did not"
    : `a quarter above the upper end held in ${upper.good} of ${WINDOWS} windows: it can do more`;
  return { verdict: failed ? "confirmed" : "refuted", reason, lower, upper };
}

/** Not judged: a target that others left alone may be cold. */
function* warmUp(course: Course, rated: number): Asking<void> {
  const { hard, allGood } = yield* drive(course, {
    phase: "warm",
    load: course.range.snap(WARM.share * rated),
    settleMs: 0,
    windowMs: WARM.ms,
    windows: 1,
    curtail: false,
    growthRule: false,
  });
  if (!allGood) yield* recover(course, hard);
}

function* hold(course: Course, load: number, curtail: boolean): Asking<Driven> {
  return yield* drive(course, {
    phase: "soak",
    load,
    settleMs: SETTLE_MS,
    windowMs: course.options.windowMs(load),
    windows: WINDOWS,
    curtail,
    growthRule: true,
  });
}

/** Windows that a hard failure prevented count as failed. */
const pointOf = (load: number, { windows }: Driven): Point => ({
  load,
  good: windows.filter(({ good }) => good).length,
  windows: windows.length,
});
