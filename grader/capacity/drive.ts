import { type Asking, type Course, limitByGenerator, SearchEnd } from "./course.ts";
import { INVALID, RECOVERY } from "./depths.ts";
import type { Step, WindowOutcome } from "./step.ts";

export type LoadStep = Extract<Step, { kind: "load" }>;

/** What came of a load once spoiled windows were repeated. */
export interface Driven {
  /** Valid windows in order; fewer than asked for only after a hard failure. */
  readonly windows: readonly WindowOutcome[];
  readonly allGood: boolean;
  readonly hard: boolean;
  /** Given up: the load turned out to be more than the generator can offer. */
  readonly beyond: boolean;
}

/** Drives windows of load until as many are valid as asked for, or the target fails hard. */
export function* drive(course: Course, request: Omit<LoadStep, "kind">): Asking<Driven> {
  const valid: WindowOutcome[] = [];
  let hard = false;
  while (!hard && valid.length < request.windows) {
    const windows = request.windows - valid.length;
    const seen = yield* offer(course, { kind: "load", ...request, windows });
    valid.push(...seen.filter((window) => window.valid));
    hard = seen.some((window) => window.valid && window.hard);
    // A spoiled window may have overloaded the target all the same.
    if (!hard && course.undrained) yield* drain(course, coolMs(course));
    if (request.load > course.range.max) break;
  }
  const beyond = !hard && valid.length < request.windows;
  if (beyond) return { windows: valid, allGood: false, hard, beyond };
  const allGood = !hard && valid.every((window) => window.good);
  if (request.phase === "refine") noteHard(course, request.load, { hard, allGood });
  if (request.growthRule) noteBounds(course, request.load, allGood);
  return { windows: valid, allGood, hard, beyond };
}

function* offer(course: Course, step: LoadStep): Asking<readonly WindowOutcome[]> {
  const observation = yield step;
  if (observation.kind !== "load") throw new Error("a load step was answered by a drain");
  const { windows, elapsedMs, harmSec, generatorCeiling } = observation;
  const { tally } = course;
  tally.elapsedMs += elapsedMs;
  tally.loadMs += elapsedMs;
  tally.harmSec += harmSec;
  // A step that yielded nothing is a spoiled window: else it would be repeated for ever.
  tally.windows += Math.max(1, windows.length);
  tally.invalidWindows +=
    windows.length === 0 ? 1 : windows.filter((window) => !window.valid).length;
  if (windows.some((window) => window.hard)) course.undrained = true;
  if (step.phase === "wave" && generatorCeiling !== undefined) {
    limitByGenerator(course, generatorCeiling);
  }
  endIfSpoiled(course);
  endIfHarmful(course);
  return windows;
}

function endIfSpoiled({ tally: { windows, invalidWindows } }: Course): void {
  if (invalidWindows < INVALID.least || invalidWindows <= INVALID.share * windows) return;
  throw new SearchEnd(
    "generator-limited",
    `${invalidWindows} of ${windows} windows were spoiled by the load generator, more than ${INVALID.share * 100} %`,
  );
}

function endIfHarmful({ tally, options }: Course): void {
  if (tally.harmSec <= options.harmCeilingSec) return;
  throw new SearchEnd(
    "harm-ceiling",
    `the target was overloaded for ${Math.round(tally.harmSec)} s, over the allowed ${options.harmCeilingSec} s`,
  );
}

// Holding this close to where it last failed hard, the target is itself again.
const SAME_LOAD = 0.95;

function noteHard(course: Course, load: number, seen: Pick<Driven, "hard" | "allGood">): void {
  if (seen.hard) {
    course.hardInARow++;
    course.leastHardLoad = Math.min(course.leastHardLoad, load);
  } else if (seen.allGood && load >= SAME_LOAD * course.leastHardLoad) {
    course.hardInARow = 0;
    course.leastHardLoad = Infinity;
  }
}

function noteBounds(course: Course, load: number, good: boolean): void {
  if (good) course.bestLoad = Math.max(load, course.bestLoad ?? load);
  else course.worstLoad = Math.min(load, course.worstLoad ?? load);
}

/**
 * Silence after a hard failure. The one that ends the waves is answered in full: no probe is near it
 * yet. While refining it grows with each hard failure in a row, since a target that takes long to
 * come back fails again for that reason alone, and would be read at its slow pace.
 */
export function coolMs({ options, constants, belief, hardInARow }: Course): number {
  if (belief === undefined) return options.coolMs;
  const { coolShares } = constants;
  const share = coolShares[Math.min(hardInARow, coolShares.length) - 1] ?? coolShares[0] ?? 1;
  return Math.round(share * options.coolMs);
}

/** Offers nothing until in-flight is zero and the silence has passed. */
export function* drain(
  course: Course,
  quietMs: number,
): Asking<{ readonly drained: boolean; readonly elapsedMs: number }> {
  const { maxDrainMs } = RECOVERY;
  const observation = yield { kind: "drain", quietMs, maxMs: maxDrainMs };
  if (observation.kind !== "drain") throw new Error("a drain was answered by load");
  course.tally.elapsedMs += observation.elapsedMs;
  course.undrained = false;
  return observation;
}
