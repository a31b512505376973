import type { AxisFlag } from "../contracts/capacity.ts";
import type { Phase } from "../contracts/trial.ts";
import type { Belief, Verdict } from "./belief.ts";
import { DEPTH_CONSTANTS, type DepthConstants } from "./depths.ts";
import { type LoadRange, loadRange } from "./log-grid.ts";
import type { Observation, SearchOptions, Step } from "./step.ts";

/** A part of the search: it yields steps, is sent what came of them, and returns its finding. */
export type Asking<Found> = Generator<Step, Found, Observation>;

/** What adds up over one search, whatever phase it is in. */
export interface Tally {
  elapsedMs: number;
  loadMs: number;
  harmSec: number;
  windows: number;
  invalidWindows: number;
}

/** One search under way: its fixed rules and all it has learnt. The only state that changes. */
export interface Course {
  readonly options: SearchOptions;
  readonly constants: DepthConstants;
  /** The allowed loads. Its upper end moves during the waves with what the generator can offer. */
  range: LoadRange;
  /** What set the upper end. */
  maxLoadReason: SearchOptions["maxLoadReason"];
  readonly tally: Tally;
  readonly waves: Verdict[];
  /** Exists once a good and a bad load are known. */
  belief: Belief | undefined;
  phase: Phase;
  /** When the current phase began, in `tally.elapsedMs`. */
  phaseBeganMs: number;
  /** The interval became as narrow as the depth asks. */
  narrow: boolean;
  /** Highest load of which every window was good, and lowest of which one was bad. */
  bestLoad: number | undefined;
  worstLoad: number | undefined;
  /** Highest load of a refining step with as many windows as a soak, all of them good. */
  heldLoad: number | undefined;
  /** A hard failure was seen and not yet drained away. */
  undrained: boolean;
  /** Hard failures while refining since a load near the least of theirs held, and that load. */
  hardInARow: number;
  leastHardLoad: number;
}

/** Thrown inside the search to end it from any depth; `search.ts` turns it into the answer. */
export class SearchEnd extends Error {
  override readonly name = "SearchEnd";
  readonly flag: AxisFlag;
  constructor(flag: AxisFlag, reason: string) {
    super(reason);
    this.flag = flag;
  }
}

/** A search that has not asked for anything yet. */
export function startCourse(options: SearchOptions): Course {
  return {
    options,
    constants: DEPTH_CONSTANTS[options.depth],
    range: loadRange(options.floorLoad, options.maxLoad),
    maxLoadReason: options.maxLoadReason,
    tally: { elapsedMs: 0, loadMs: 0, harmSec: 0, windows: 0, invalidWindows: 0 },
    waves: [],
    belief: undefined,
    narrow: false,
    phase: "wave",
    phaseBeganMs: 0,
    bestLoad: undefined,
    worstLoad: undefined,
    heldLoad: undefined,
    undrained: false,
    hardInARow: 0,
    leastHardLoad: Infinity,
  };
}

/**
 * The ceiling a wave showed the generator to have. The higher the load it was seen at, the better
 * it is known, so that a later wave may lift it again.
 */
export function limitByGenerator(course: Course, generatorCeiling: number): void {
  const { options } = course;
  const byGenerator = generatorCeiling < options.maxLoad;
  const max = byGenerator ? Math.max(options.floorLoad, generatorCeiling) : options.maxLoad;
  course.range = loadRange(options.floorLoad, max);
  course.maxLoadReason = byGenerator ? "generator" : options.maxLoadReason;
}

/** Names what the search does from here on. */
export function enter(course: Course, phase: Phase): void {
  course.phase = phase;
  course.phaseBeganMs = course.tally.elapsedMs;
}
