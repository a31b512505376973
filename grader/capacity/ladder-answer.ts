import type { AxisFlag, AxisVerdict, LimitedBy } from "../contracts/capacity.ts";
import type { SearchResult } from "./step.ts";

/** What adds up over a ladder. */
export interface Told {
  activeSec: number;
  harmSec: number;
  windows: number;
  invalidWindows: number;
}

/** An answer that names no capacity; a ladder has no posterior in any case. */
export const withoutNumber = (
  verdict: AxisVerdict,
  reason: string,
  flags: readonly AxisFlag[],
  told: Told,
): SearchResult => ({
  verdict,
  capacity: null,
  limitedBy: limitOf(flags, verdict),
  reason,
  flags,
  c50: null,
  spread: null,
  backgroundFailure: null,
  ...told,
});

/** What set the answer: a limit that a flag names, else the target itself if it failed. */
export function limitOf(flags: readonly AxisFlag[], verdict: AxisVerdict): LimitedBy | null {
  if (flags.includes("generator-limited")) return "generator";
  if (flags.includes("policy-limited")) return "policy";
  return verdict === "measured" || verdict === "failed" ? "resource" : null;
}
