import type { Ledger } from "../measure/ledger.ts";
import type { Segment } from "../measure/segment.ts";

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
  readonly #ledger: Ledger;
  readonly #judged: boolean;
  readonly #badAllowed: number;
  #fixedAtMs = -1;
  #inFlightBefore: number;
  #overloadedHalves = 0;

  constructor(ledger: Ledger, judged: boolean, badAllowed: number) {
    this.#ledger = ledger;
    this.#judged = judged;
    this.#badAllowed = badAllowed;
    this.#inFlightBefore = ledger.inFlight;
    ledger.recentBad = 0;
    ledger.recentSettled = 0;
  }

  look(nowMs: number, segment: Segment): Look {
    const ledger = this.#ledger;
    const share = ledger.recentSettled === 0 ? 0 : ledger.recentBad / ledger.recentSettled;
    const inFlight = ledger.inFlight;
    // A target that drops what it cannot hold keeps its in-flight count: full is as bad as growing,
    // only a count that clearly falls tells of a stall being worked off.
    const growing = inFlight > 0 && inFlight >= NOT_FALLING * this.#inFlightBefore;
    this.#inFlightBefore = inFlight;
    ledger.recentBad = 0;
    ledger.recentSettled = 0;
    const mostlyBad = share > MOSTLY && growing;
    this.#overloadedHalves = mostlyBad ? this.#overloadedHalves + 1 : 0;
    if (this.#judged && this.#fixedAtMs < 0 && segment.bad > this.#badAllowed) {
      this.#fixedAtMs = nowMs;
    }
    const fixed = this.#fixedAtMs >= 0;
    return {
      verdictFixed: fixed,
      hard: fixed && ((mostlyBad && nowMs > this.#fixedAtMs) || this.overloadAtEnd(segment)),
      waitedEnough: fixed && nowMs >= this.#fixedAtMs + AFTER_FIXED_MS,
      settleOverload: this.#overloadedHalves >= 2,
      harm: share > HARM,
    };
  }

  /** Much of the segment was dropped or refused. */
  overloadAtEnd(segment: Segment): boolean {
    return segment.slots >= 20 && segment.lost + segment.failed > MUCH_DROPPED * segment.slots;
  }
}
