import type { Trial } from "#grader/contracts/trial.ts";
import { jointTrial, type Share } from "#grader/grade/joint-trial.ts";

/** What one axis' part of a joint step came to, window by window. */
export interface DrivenShare {
  readonly trials: readonly Trial[];
  /** Why it cannot be judged, though it was offered; undefined when it can. */
  readonly fault: string | undefined;
}

/**
 * The windows of a joint step. They are as many on every axis: what cut one cut all.
 * @param link adds Link's share to a window; `last` tells that sessions are counted after it.
 */
export function jointWindows(
  units: number,
  driven: readonly DrivenShare[],
  link: (beside: Share | undefined, last: boolean) => readonly Share[],
): Trial[] {
  const windows = Math.min(...driven.map(({ trials }) => trials.length));
  return Array.from({ length: windows }, (_, at) => {
    const shares = judged(driven, at);
    return jointTrial(units, [...link(shares[0], at + 1 === windows), ...shares]);
  });
}

/**
 * A share that could not be read back in time says nothing by itself. Where another axis missed its
 * objective at the same time the window is bad all the same: the load was offered, and it shows.
 */
function judged(driven: readonly DrivenShare[], at: number): Share[] {
  const shares = driven.map(({ trials, fault }) => ({ share: shareOf(trials[at]), fault }));
  const anyBad = shares.some(({ share, fault }) => fault === undefined && share?.verdict === "bad");
  return shares.flatMap(({ share, fault }) => {
    if (share === undefined) return [];
    if (fault === undefined || anyBad || share.verdict === "invalid") return [share];
    return [{ ...share, verdict: "invalid", reason: fault }];
  });
}

function shareOf(trial: Trial | undefined): Share | undefined {
  if (trial === undefined || trial.axis === "joint") return undefined;
  return { ...trial, axis: trial.axis };
}
