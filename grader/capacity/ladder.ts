import type { AxisFlag, Capacity, Depth } from "../contracts/capacity.ts";
import { INVALID } from "./depths.ts";
import { limitOf, type Told, withoutNumber } from "./ladder-answer.ts";
import type {
  Observation,
  Search,
  SearchOptions,
  SearchResult,
  SearchState,
  Step,
  WindowOutcome,
} from "./step.ts";
import { type PairRange, pairRange, pairsBack, pairsUp } from "./unit-pairs.ts";

interface LadderDepth {
  /** Each checkpoint holds this many times the Units of the one before. */
  readonly factor: number;
  readonly holdMs: number;
  /** Hold after stepping back, whose Units are then published as rated. */
  readonly ratedHoldMs: number;
}

/** Holds scale with the depth; standard and certify are the method's own figures. */
export const LADDER_DEPTHS: Readonly<Record<Depth, LadderDepth>> = {
  glance: { factor: 2, holdMs: 4000, ratedHoldMs: 5000 },
  quick: { factor: 1.5, holdMs: 10_000, ratedHoldMs: 20_000 },
  standard: { factor: 1.25, holdMs: 60_000, ratedHoldMs: 120_000 },
  certify: { factor: 1.25, holdMs: 60_000, ratedHoldMs: 120_000 },
};

/** Share of the failing checkpoint given back before the rated hold. */
const STEP_BACK = 0.2;
/** An invalid window is driven again this often before the answer is given up. */
const REPEATS = 2;
/** Failing this badly where it held before, the target is still down from the checkpoint above. */
const DOWN_RATIO = 0.5;

/**
 * Capacity of a stock (Units connected), not of a rate: climb checkpoint by checkpoint, stop at the
 * first that fails, step back and hold (grading method §3.2, Link). Pure ask/tell, as the search.
 */
export function createLadder(options: SearchOptions): Search {
  const range = pairRange(options.floorLoad, options.maxLoad);
  return range === undefined ? new NoLadder(options) : new Ladder(options, range);
}

/** The climb and the rated hold over a range of loads. */
class Ladder implements Search {
  readonly #options: SearchOptions;
  readonly #range: PairRange;
  readonly #depth: LadderDepth;
  readonly #told: Told = { activeSec: 0, harmSec: 0, windows: 0, invalidWindows: 0 };
  #load: number;
  #phase: "climb" | "rated" = "climb";
  #good: number | null = null;
  /** The load that held before `#good`, or 0. */
  #goodBefore = 0;
  #bad: number | null = null;
  #badReason = "";
  #repeats = 0;
  #result: SearchResult | undefined;

  constructor(options: SearchOptions, range: PairRange) {
    this.#options = options;
    this.#range = range;
    this.#depth = LADDER_DEPTHS[options.depth];
    this.#load = range.near(options.startLoad);
  }

  ask(): { readonly step: Step } | { readonly result: SearchResult } {
    if (this.#result !== undefined) return { result: this.#result };
    const rated = this.#phase === "rated";
    return {
      step: {
        kind: "load",
        phase: rated ? "soak" : "checkpoint",
        load: this.#load,
        settleMs: 0,
        windowMs: rated ? this.#depth.ratedHoldMs : this.#depth.holdMs,
        windows: 1,
        curtail: false,
        growthRule: false,
      },
    };
  }

  tell(observation: Observation): void {
    if (this.#result !== undefined) {
      throw new Error("the search has ended; there is nothing left to tell it");
    }
    if (observation.kind !== "load") throw new Error("a load step was answered by a drain");
    this.#told.activeSec += observation.elapsedMs / 1000;
    this.#told.harmSec += observation.harmSec;
    this.#told.windows++;
    const window = observation.windows[0];
    if (window?.valid === true) this.#judge(window);
    else this.#spoiled();
    this.#endIfHarmful();
  }

  state(): SearchState {
    const value = this.#good;
    const high = this.#bad ?? this.#range.max;
    return {
      phase: this.#phase === "rated" ? "soak" : "checkpoint",
      lower: this.#good,
      upper: this.#bad,
      estimate: value === null ? null : { value, low: value, high },
      remainingMs: this.#result === undefined ? this.#remainingMs() : 0,
    };
  }

  stop(reason: string, flag?: AxisFlag): SearchResult {
    this.#result ??= this.#endedEarly(reason, flag);
    return this.#result;
  }

  #judge(window: WindowOutcome): void {
    this.#repeats = 0;
    if (this.#phase === "rated") this.#ratedHeld(window);
    else if (window.good) this.#climb();
    else this.#failed(window.badRatio);
  }

  /** A step that yielded nothing is a spoiled window too: else it would be repeated for ever. */
  #spoiled(): void {
    this.#told.invalidWindows++;
    this.#repeats++;
    const { invalidWindows, windows } = this.#told;
    const tooMany = invalidWindows >= INVALID.least && invalidWindows > INVALID.share * windows;
    if (this.#repeats <= REPEATS && !tooMany) return;
    const reason =
      this.#repeats > REPEATS
        ? `the load generator could not hold ${this.#load} Units cleanly`
        : `${invalidWindows} of ${windows} windows were spoiled by the load generator, more than ${INVALID.share * 100} %`;
    this.#result = this.#withoutNumber("inconclusive", reason, "generator-limited");
  }

  #climb(): void {
    this.#holds(this.#load);
    const { max } = this.#range;
    if (this.#load < max) {
      this.#load = pairsUp(this.#range, this.#load, this.#depth.factor);
      return;
    }
    this.#result = this.#answer(
      "censored",
      { value: max, low: max, high: null, rated: max },
      `all ${max} Units stayed connected; the target may hold more`,
      ["censored", `${this.#options.maxLoadReason}-limited`],
    );
  }

  #failed(badRatio: number): void {
    this.#bad = this.#load;
    this.#badReason = `at ${this.#load} Units ${percent(badRatio)} were refused, late or dropped`;
    if (this.#load <= this.#range.floor) {
      this.#neverMet();
      return;
    }
    this.#phase = "rated";
    this.#load = this.#good === null ? this.#range.floor : this.#backFrom(this.#good, badRatio);
  }

  /** A step back, or further to what was served of the load that failed: a limit shows itself so. */
  #backFrom(good: number, badRatio: number): number {
    const served = pairsBack(this.#range, this.#load, badRatio);
    return Math.max(good, Math.min(served, pairsBack(this.#range, this.#load, STEP_BACK)));
  }

  #ratedHeld({ good, badRatio }: WindowOutcome): void {
    if (good) {
      if (this.#load !== this.#good) this.#holds(this.#load);
      const value = this.#load;
      const capacity = { value, low: value, high: this.#bad, rated: value };
      this.#result = this.#answer("measured", capacity, this.#badReason, []);
    } else if (this.#good === null) this.#neverMet();
    else if (this.#load > this.#good) {
      this.#bad = this.#load;
      this.#load = this.#good;
    } else this.#ratedFailed(this.#good, badRatio);
  }

  /** Even a load that had held failed its longer hold: only the one below it is sure. */
  #ratedFailed(value: number, badRatio: number): void {
    const capacity = { value, low: this.#goodBefore, high: this.#bad, rated: null };
    const recovered = badRatio <= DOWN_RATIO;
    const again = `${percent(badRatio)} failed at ${value} Units, which had held before`;
    const reason = `${this.#badReason}; then ${again}${recovered ? "" : ": it did not recover"}`;
    const flag = recovered ? "soak-failed" : "no-recovery";
    this.#result = this.#answer("measured", capacity, reason, [flag]);
  }

  #neverMet(): void {
    const reason = `not met at any load: ${this.#badReason}`;
    this.#result = this.#withoutNumber("failed", reason);
  }

  #holds(load: number): void {
    this.#goodBefore = this.#good ?? 0;
    this.#good = load;
  }

  #endIfHarmful(): void {
    const { harmCeilingSec } = this.#options;
    const { harmSec } = this.#told;
    if (harmSec <= harmCeilingSec) return;
    const reason = `the target was overloaded for ${Math.round(harmSec)} s, over the allowed ${harmCeilingSec} s`;
    this.#result ??= this.#endedEarly(reason, "harm-ceiling");
  }

  /** Bounds if both are known, else no number. */
  #endedEarly(reason: string, flag: AxisFlag | undefined): SearchResult {
    const value = this.#good;
    if (value === null || this.#bad === null) {
      return this.#withoutNumber("inconclusive", reason, flag);
    }
    const capacity = { value, low: value, high: this.#bad, rated: null };
    const flags = flag === undefined ? [] : [flag];
    return this.#answer("measured", capacity, `${reason}; ${this.#badReason}`, flags);
  }

  #withoutNumber(
    verdict: "inconclusive" | "failed",
    reason: string,
    flag?: AxisFlag,
  ): SearchResult {
    const held = this.#good === null ? "" : `; it held ${this.#good} Units`;
    const flags = flag === undefined ? [] : [flag];
    return withoutNumber(verdict, `${reason}${held}`, flags, this.#told);
  }

  #answer(
    verdict: "measured" | "censored",
    capacity: Capacity,
    reason: string,
    flags: readonly AxisFlag[],
  ): SearchResult {
    const answer = withoutNumber(verdict, reason, flags, this.#told);
    return { ...answer, capacity, limitedBy: limitOf(flags, verdict) };
  }

  /** Every hold still possible, those that a spoiled window would repeat left out. */
  #remainingMs(): number {
    const { factor, holdMs, ratedHoldMs } = this.#depth;
    const above = this.#good !== null && this.#load > this.#good;
    if (this.#phase === "rated") return (above ? 2 : 1) * ratedHoldMs;
    let holds = 1;
    for (let load = this.#load; load < this.#range.max; holds++) {
      load = pairsUp(this.#range, load, factor);
    }
    return holds * holdMs + 2 * ratedHoldMs;
  }
}

/** The range has no room for one pair: there is nothing to ask. */
class NoLadder implements Search {
  readonly #result: SearchResult;

  constructor({ floorLoad, maxLoad, maxLoadReason }: SearchOptions) {
    const reason = `Units come in pairs, and no even number lies between ${floorLoad} and ${maxLoad}`;
    const told = { activeSec: 0, harmSec: 0, windows: 0, invalidWindows: 0 };
    this.#result = withoutNumber("inconclusive", reason, [`${maxLoadReason}-limited`], told);
  }

  ask(): { readonly result: SearchResult } {
    return { result: this.#result };
  }

  tell(): void {
    throw new Error("the search has ended; there is nothing left to tell it");
  }

  state(): SearchState {
    return { phase: "checkpoint", lower: null, upper: null, estimate: null, remainingMs: 0 };
  }

  stop(): SearchResult {
    return this.#result;
  }
}

const percent = (ratio: number): string => `${(ratio * 100).toFixed(1)} %`;
