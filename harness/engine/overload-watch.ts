import type { Tally } from "./tally.ts";

/** What half a second of a window tells. */
export interface Look {
  /** The window's verdict can no longer change: more is bad than the whole window may have. */
  readonly verdictFixed: boolean;
  /** Overload: most of the last half second is bad and in-flight still grows, or much is dropped. */
  readonly hard: boolean;
  /** A second has passed since the verdict was fixed: a stall that drains, not overload. */
  readonly waitedEnough: boolean;
  /** While settling: plain overload, no need to drive the window. */
  readonly settleOverload: boolean;
  /** Over 5 % of what was settled in this half second was late or lost. */
  readonly harm: boolean;
}

/** How much of a window may be bad: a share of it, or so many messages where that is more. */
export interface BadLimit {
  readonly maxBadRatio: number;
  readonly badSlack?: number | undefined;
}

const MOSTLY = 0.5;
const MUCH_DROPPED = 0.05;
const HARM = 0.05;
const NOT_FALLING = 0.97;
const AFTER_FIXED_MS = 1000;

/**
 * Tells overload from a passing stall (grading method, "hard failure"). Looked at each half second;
 * half seconds are compared with each other, so one watch belongs to one segment.
 */
export class OverloadWatch {
  readonly #limit: BadLimit;
  #fixedAtMs = -1;
  #inFlightBefore: number | undefined;
  #overloadedHalves = 0;

  constructor(limit: BadLimit) {
    this.#limit = limit;
  }

  look(tally: Tally): Look {
    const { atMs, recentBad, recentSettled, inFlight } = tally;
    const share = recentSettled === 0 ? 0 : recentBad / recentSettled;
    // A target that drops what it cannot hold keeps its in-flight count: full is as bad as growing,
    // only a count that clearly falls tells of a stall being worked off.
    const before = this.#inFlightBefore ?? tally.inFlightBefore;
    const growing = inFlight > 0 && inFlight >= NOT_FALLING * before;
    this.#inFlightBefore = inFlight;
    const mostlyBad = share > MOSTLY && growing;
    this.#overloadedHalves = mostlyBad ? this.#overloadedHalves + 1 : 0;
    if (tally.judged && this.#fixedAtMs < 0 && this.isBad(tally)) this.#fixedAtMs = atMs;
    const fixed = this.#fixedAtMs >= 0;
    return {
      verdictFixed: fixed,
      hard: fixed && ((mostlyBad && atMs > this.#fixedAtMs) || muchDropped(tally)),
      waitedEnough: fixed && atMs >= this.#fixedAtMs + AFTER_FIXED_MS,
      settleOverload: this.#overloadedHalves >= 2,
      harm: share > HARM,
    };
  }

  /** More is bad than the whole segment may have. */
  isBad({ bad, planned }: Tally): boolean {
    const { maxBadRatio, badSlack = 0 } = this.#limit;
    return bad > Math.max(maxBadRatio * planned, badSlack);
  }
}

/** Much of the segment was dropped or refused. */
export const muchDropped = ({ slots, lost, failed }: Tally): boolean =>
  slots >= 20 && lost + failed > MUCH_DROPPED * slots;
