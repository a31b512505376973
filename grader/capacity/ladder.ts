import type { Depth } from "../contracts/capacity.ts";
import type {
  Observation,
  Search,
  SearchOptions,
  SearchResult,
  SearchState,
  Step,
} from "./step.ts";

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

/**
 * Capacity of a stock (Units connected), not of a rate: climb checkpoint by checkpoint, stop at the
 * first that fails, step back and hold (grading method §3.2, Link). Pure ask/tell, as the search.
 */
export function createLadder(options: SearchOptions): Search {
  return new Ladder(options);
}

class Ladder implements Search {
  readonly #options: SearchOptions;
  readonly #depth: LadderDepth;
  #load: number;
  #phase: "climb" | "rated" | "over" = "climb";
  #good: number | null = null;
  #bad: number | null = null;
  #rated: number | null = null;
  #badReason = "";
  #windows = 0;
  #invalid = 0;
  #repeats = 0;
  #activeSec = 0;
  #harmSec = 0;
  #result: SearchResult | undefined;

  constructor(options: SearchOptions) {
    this.#options = options;
    this.#depth = LADDER_DEPTHS[options.depth];
    this.#load = evenUnits(options.startLoad, options);
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
    if (observation.kind !== "load") return;
    this.#activeSec += observation.elapsedMs / 1000;
    this.#harmSec += observation.harmSec;
    const window = observation.windows[0];
    if (window === undefined) return;
    this.#windows++;
    if (!window.valid) {
      this.#invalid++;
      this.#repeats++;
      if (this.#repeats > REPEATS) this.#giveUp();
      return;
    }
    this.#repeats = 0;
    if (this.#phase === "rated") this.#ratedHeld(window.good);
    else if (window.good) this.#climb();
    else this.#failed(window.badRatio);
  }

  state(): SearchState {
    const value = this.#good;
    return {
      phase: this.#phase === "rated" ? "soak" : "checkpoint",
      lower: this.#good,
      upper: this.#bad,
      estimate:
        value === null ? null : { value, low: value, high: this.#bad ?? this.#options.maxLoad },
      remainingMs: this.#remainingMs(),
    };
  }

  stop(reason: string, flag?: SearchResult["flags"][number]): SearchResult {
    const flags = flag === undefined ? [] : [flag];
    if (this.#good === null) return this.#answer("inconclusive", null, reason, flags);
    return this.#answer("inconclusive", this.#capacity(), reason, flags);
  }

  #climb(): void {
    this.#good = this.#load;
    if (this.#load >= this.#options.maxLoad) {
      this.#rated = this.#load;
      const { maxLoadReason, maxLoad } = this.#options;
      this.#result = this.#answer(
        "censored",
        { value: maxLoad, low: maxLoad, high: null, rated: maxLoad },
        `all ${maxLoad} Units stayed connected; the target may hold more`,
        ["censored", `${maxLoadReason}-limited`],
      );
      return;
    }
    this.#load = evenUnits(this.#load * this.#depth.factor, this.#options);
  }

  #failed(badRatio: number): void {
    this.#bad = this.#load;
    this.#badReason = `at ${this.#load} Units ${(badRatio * 100).toFixed(1)} % were refused, late or dropped`;
    const back = evenUnits(this.#load * (1 - STEP_BACK), this.#options);
    if (this.#load <= this.#options.floorLoad) {
      this.#result = this.#answer("failed", null, `not met at any load: ${this.#badReason}`, []);
      return;
    }
    this.#phase = "rated";
    this.#load = this.#good === null ? this.#options.floorLoad : Math.max(this.#good, back);
  }

  #ratedHeld(held: boolean): void {
    if (held) {
      this.#good = Math.max(this.#good ?? 0, this.#load);
      this.#rated = this.#load;
      this.#finish([]);
    } else if (this.#good !== null && this.#load > this.#good) {
      this.#bad = this.#load;
      this.#load = this.#good;
    } else if (this.#load > this.#options.floorLoad && this.#good === null) {
      this.#load = this.#options.floorLoad;
    } else if (this.#good === null) {
      this.#result = this.#answer("failed", null, `not met at any load: ${this.#badReason}`, []);
    } else this.#finish(["soak-failed"]);
  }

  #finish(flags: SearchResult["flags"]): void {
    this.#phase = "over";
    this.#result = this.#answer("measured", this.#capacity(), this.#badReason, flags);
  }

  #giveUp(): void {
    this.#result = this.#answer(
      "inconclusive",
      this.#good === null ? null : this.#capacity(),
      "the generator could not hold this many Units cleanly",
      ["generator-limited"],
    );
  }

  #capacity() {
    const value = this.#good ?? 0;
    return { value, low: value, high: this.#bad, rated: this.#rated };
  }

  #answer(
    verdict: SearchResult["verdict"],
    capacity: SearchResult["capacity"],
    reason: string,
    flags: SearchResult["flags"],
  ): SearchResult {
    return {
      verdict,
      capacity,
      limitedBy: limitOf(flags, verdict),
      reason,
      flags,
      c50: null,
      spread: null,
      backgroundFailure: null,
      activeSec: this.#activeSec,
      harmSec: this.#harmSec,
      windows: this.#windows,
      invalidWindows: this.#invalid,
    };
  }

  #remainingMs(): number {
    if (this.#result !== undefined) return 0;
    if (this.#phase === "rated") return this.#depth.ratedHoldMs;
    const steps = Math.log(this.#options.maxLoad / this.#load) / Math.log(this.#depth.factor);
    return (Math.max(0, Math.ceil(steps)) + 1) * this.#depth.holdMs + this.#depth.ratedHoldMs;
  }
}

function limitOf(
  flags: SearchResult["flags"],
  verdict: SearchResult["verdict"],
): SearchResult["limitedBy"] {
  if (flags.includes("generator-limited")) return "generator";
  if (flags.includes("policy-limited")) return "policy";
  return verdict === "measured" || verdict === "failed" ? "resource" : null;
}

/** Units come in pairs; never more than the maximum, never fewer than the floor. */
function evenUnits(units: number, options: SearchOptions): number {
  const even = 2 * Math.round(units / 2);
  return Math.min(options.maxLoad, Math.max(options.floorLoad, even));
}
