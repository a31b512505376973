import type { AxisFlag } from "#grader/contracts/capacity.ts";

/** What ended a search before its end, which its trials do not say. */
export interface CutOff {
  readonly reason: string;
  readonly flag: AxisFlag;
}

export const BY_HAND: CutOff = { reason: "stopped by hand", flag: "interrupted" };

/** More load means more Units, and the target takes no more of them: Link's limit, not this axis'. */
export const NO_MORE_UNITS: CutOff = {
  reason: "the target takes no more Units",
  flag: "axis-limited",
};
