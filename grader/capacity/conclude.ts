import type { AxisFlag, LimitedBy } from "../contracts/capacity.ts";
import type { Belief } from "./belief.ts";
import type { Course } from "./course.ts";
import { figure } from "../contracts/figure.ts";
import { BACKGROUND_UNSTABLE } from "./depths.ts";
import type { SearchOptions, SearchResult } from "./step.ts";

/** Why a search ended before its time. */
export interface Ending {
  readonly reason: string;
  readonly flag?: AxisFlag | undefined;
}

interface Ceiling {
  readonly flag: AxisFlag;
  readonly limitedBy: LimitedBy | null;
  readonly words: string;
}

const CEILINGS: Readonly<Record<SearchOptions["maxLoadReason"], Ceiling>> = {
  generator: {
    flag: "generator-limited",
    limitedBy: "generator",
    words: "the most this load generator can offer",
  },
  plan: { flag: "plan-limited", limitedBy: null, words: "the most the plan allows" },
  axis: { flag: "axis-limited", limitedBy: null, words: "as far as the weakest axis goes" },
  policy: { flag: "policy-limited", limitedBy: "policy", words: "the limit the target is set to" },
};

const NO_NUMBER = {
  capacity: null,
  limitedBy: null,
  c50: null,
  spread: null,
  backgroundFailure: null,
} as const;

/** A capacity with both bounds, unless it lies above all that may be offered. */
export function measured(
  course: Course,
  belief: Belief,
  rated: number | undefined,
  ending?: Ending,
): SearchResult {
  const { c50, c90, spread, background } = belief.summary();
  if (c90.mean >= course.range.max) return censored(course, belief, rated, ending);
  const flags: AxisFlag[] = [];
  if (background > BACKGROUND_UNSTABLE) flags.push("unstable");
  if (!course.narrow) flags.push("wide");
  if (ending === undefined && rated === undefined) flags.push("soak-failed");
  if (ending?.flag !== undefined) flags.push(ending.flag);
  const span = `${inWords(c90.low)}–${inWords(c90.high)}`;
  return {
    verdict: "measured",
    capacity: { value: c90.mean, low: c90.low, high: c90.high, rated: rated ?? null },
    limitedBy: "resource",
    reason: sentence(
      ending?.reason,
      `nine windows in ten hold at ${inWords(c90.mean)} (${span})`,
      background > BACKGROUND_UNSTABLE &&
        `about ${Math.round(100 * background)} % of windows fail at any load`,
    ),
    flags,
    c50: c50.mean,
    spread,
    backgroundFailure: background,
    ...tallied(course),
  };
}

/** At least the ceiling: nothing broke up to the most that may be offered. */
export function censored(
  course: Course,
  belief: Belief,
  rated: number | undefined,
  ending?: Ending,
): SearchResult {
  const { max } = course.range;
  const { flag, limitedBy, words } = CEILINGS[course.maxLoadReason];
  const flags = new Set<AxisFlag>(["censored", flag]);
  if (ending?.flag !== undefined) flags.add(ending.flag);
  return {
    ...NO_NUMBER,
    verdict: "censored",
    capacity: {
      value: max,
      low: Math.min(max, belief.summary().c90.low),
      high: null,
      rated: rated ?? null,
    },
    limitedBy,
    reason: sentence(ending?.reason, `held ${inWords(max)}, ${words}`),
    flags: [...flags],
    ...tallied(course),
  };
}

/** No load met the objective, not even the least that means something. */
export function failed(course: Course): SearchResult {
  return {
    ...NO_NUMBER,
    verdict: "failed",
    limitedBy: "resource",
    reason: sentence(
      `the objective was not met at any load down to ${inWords(course.range.floor)}`,
    ),
    flags: [],
    ...tallied(course),
  };
}

/** The best honest answer when the search ends early: bounds if both are known, else none. */
export function endedEarly(course: Course, ending: Ending): SearchResult {
  const { belief, bestLoad, worstLoad } = course;
  // Spoiled windows taint those that passed for valid, too: no number from such a run.
  if (belief !== undefined && ending.flag !== "generator-limited") {
    return measured(course, belief, undefined, ending);
  }
  return {
    ...NO_NUMBER,
    verdict: "inconclusive",
    reason: sentence(
      ending.reason,
      bestLoad !== undefined && `it held ${inWords(bestLoad)}`,
      worstLoad !== undefined && `it did not hold ${inWords(worstLoad)}`,
    ),
    flags: ending.flag === undefined ? [] : [ending.flag],
    ...tallied(course),
  };
}

const tallied = ({ tally }: Course) => ({
  activeSec: tally.loadMs / 1000,
  harmSec: tally.harmSec,
  windows: tally.windows,
  invalidWindows: tally.invalidWindows,
});

/** Three digits, as everywhere that people read a load. */
const inWords = figure;

function sentence(...parts: readonly (string | undefined | false)[]): string {
  const text = parts.filter((part) => part !== undefined && part !== false).join("; ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
