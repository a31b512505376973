import { INVALID } from "../capacity/depths.ts";
import type { AxisFlag, AxisResult, JointResult } from "../contracts/capacity.ts";
import type { Trial } from "../contracts/trial.ts";

/** The axes and the joint run together: one generator measured them all. */
export function refuseRun(
  results: readonly AxisResult[],
  joint: JointResult | undefined,
): { readonly axes: AxisResult[]; readonly joint: JointResult | undefined } {
  const all = refuseSpoiled([...results, ...(joint === undefined ? [] : [joint])]);
  return {
    axes: all.filter((result) => result.id !== "joint"),
    joint: all.find((result) => result.id === "joint"),
  };
}

/** Flags that speak of a number there no longer is. */
const OF_A_NUMBER: readonly AxisFlag[] = ["censored", "wide", "unstable", "soak-failed"];

/**
 * Takes every number back when the generator spoiled too many windows of the whole run: those that
 * passed for valid were measured by the same generator (grading method, 2.4).
 */
export function refuseSpoiled<R extends AxisResult | JointResult>(results: readonly R[]): R[] {
  const windows = results.reduce((sum, result) => sum + result.windows, 0);
  const spoiled = results.reduce((sum, result) => sum + result.invalidWindows, 0);
  if (!tooManySpoiled(spoiled, windows)) return [...results];
  const reason = `${spoiled} of ${windows} windows of the run were spoiled by the load generator, more than ${INVALID.share * 100} %.`;
  return results.map((result) =>
    result.verdict === "inconclusive" ? result : withoutNumber(result, reason),
  );
}

/** One or two spoiled windows of a short search are bad luck, not a bad generator. */
export const tooManySpoiled = (spoiled: number, windows: number): boolean =>
  spoiled >= INVALID.least && spoiled > INVALID.share * windows;

const withoutNumber = <R extends AxisResult | JointResult>(result: R, reason: string): R => ({
  ...result,
  verdict: "inconclusive",
  capacity: null,
  limitedBy: "generator",
  reason,
  flags: [
    ...new Set<AxisFlag>([
      ...result.flags.filter((flag) => !OF_A_NUMBER.includes(flag)),
      "generator-limited",
    ]),
  ],
  c50: null,
  spread: null,
  backgroundFailure: null,
});

/** What spoiled the last window that was spoiled, of one axis or of all; undefined for none. */
export function lastSpoiled(trials: readonly Trial[], axis?: Trial["axis"]): string | undefined {
  return trials.findLast(
    (trial) => trial.verdict === "invalid" && (axis === undefined || trial.axis === axis),
  )?.reason;
}
