/**
 * WAVE: geometric waves to the first overload, a warm-up, then loads chosen by a posterior of the
 * capacity until its interval is narrow, and a soak at its lower bound (grading method, 2.2).
 */
import { believe, refine } from "./refine.ts";
import { remainingAwayMs, remainingMs } from "./budget.ts";
import { censored, endedEarly, failed, measured } from "./conclude.ts";
import { type Asking, type Course, enter, SearchEnd, startCourse } from "./course.ts";
import { HALF, RECOVERY } from "./depths.ts";
import { drain } from "./drive.ts";
import { recover } from "./recover.ts";
import { holds, soak, sustain } from "./soak.ts";
import type { Observation, Search, SearchOptions, SearchResult, SearchState } from "./step.ts";
import { warm } from "./warm.ts";
import { type Bracket, waves } from "./waves.ts";

/** A capacity search on one axis, ready to be asked for its first step. */
export function createWaveSearch(options: SearchOptions): Search {
  const course = startCourse(options);
  const asking = wholeSearch(course);
  let current = asking.next();
  let stopped: SearchResult | undefined;

  return {
    ask() {
      if (stopped !== undefined) return { result: stopped };
      return current.done === true ? { result: current.value } : { step: current.value };
    },
    tell(observation: Observation) {
      if (stopped !== undefined || current.done === true) {
        throw new Error("the search has ended; there is nothing left to tell it");
      }
      current = asking.next(observation);
    },
    state: () => stateOf(course, stopped !== undefined || current.done === true),
    stop(reason, flag) {
      if (current.done === true) return current.value;
      stopped ??= endedEarly(course, { reason, flag });
      return stopped;
    },
  };
}

function* wholeSearch(course: Course): Asking<SearchResult> {
  try {
    return yield* wave(course);
  } catch (end) {
    if (!(end instanceof SearchEnd)) throw end;
    // Leave the target in peace: another axis may follow.
    if (course.undrained) yield* drain(course, RECOVERY.quietMs);
    return endedEarly(course, { reason: end.message, flag: end.flag });
  }
}

function* wave(course: Course): Asking<SearchResult> {
  const end = yield* waves(course);
  switch (end.kind) {
    case "failed":
      return failed(course);
    case "bracket":
      return yield* narrow(course, end.bracket);
    case "ceiling":
      return yield* atCeiling(course, end.good);
    default:
      return end satisfies never;
  }
}

function* narrow(course: Course, bracket: Bracket): Asking<SearchResult> {
  const belief = course.belief ?? believe(course, bracket);
  yield* warm(course, bracket.good);
  yield* refine(course, belief, bracket);
  const rated = yield* soak(course, belief);
  return measured(course, belief, rated);
}

/** The ceiling held for one wave: a soak there either settles "at least" or gives the bad bound. */
function* atCeiling(course: Course, below: number | undefined): Asking<SearchResult> {
  const { max } = course.range;
  const bracket = {
    good: below ?? course.range.snap(max / 2),
    bad: max,
    deliveredPerSec: undefined,
  };
  const belief = believe(course, bracket);
  enter(course, "soak");
  const driven = yield* sustain(course, max);
  const weight = HALF * course.constants.windowWeight;
  for (const { good } of driven.windows) belief.observe({ load: max, good, weight });
  if (holds(course, driven, 0)) return censored(course, belief, max);
  yield* recover(course, driven.hard);
  return yield* narrow(course, bracket);
}

function stateOf(course: Course, ended: boolean): SearchState {
  const c90 = course.belief?.summary().c90;
  const awayMs = ended ? 0 : remainingAwayMs(course);
  return {
    phase: course.undrained ? "drain" : course.phase,
    lower: course.bestLoad ?? null,
    upper: course.worstLoad ?? null,
    estimate: c90 === undefined ? null : { value: c90.mean, low: c90.low, high: c90.high },
    remainingMs: ended ? 0 : remainingMs(course),
    ...(awayMs === 0 ? {} : { remainingAwayMs: awayMs }),
  };
}
