import type { WindowOutcome } from "./step.ts";

/** Windows of one load that two generator processes shared, half each. */
export interface Doubled {
  readonly load: number;
  readonly windows: readonly WindowOutcome[];
}

export interface DoublingVerdict {
  /** `single-limited`: it was one process that could do no more, not the target. */
  readonly verdict: "agrees" | "single-limited" | "disagrees" | "inconclusive";
  readonly reason: string;
}

/** One window in ten may fail at C90; rounded up to one. */
const badAllowed = (windows: number): number => Math.max(1, Math.round(windows / 10));

/**
 * Whether two processes say the same of a target as one did (grading method, 2.4): what one found
 * rated must hold, and what lies above its interval must not. `above` is undefined where nothing
 * above was found to fail.
 */
export function doublingVerdict(rated: Doubled, above: Doubled | undefined): DoublingVerdict {
  const spoiled = [rated, ...(above === undefined ? [] : [above])].some(
    ({ windows }) => windows.length === 0 || windows.some(({ valid }) => !valid),
  );
  if (spoiled) {
    return { verdict: "inconclusive", reason: "a generator spoiled windows of the doubling check" };
  }
  if (!holds(rated)) {
    const reason = `two generators found the rated ${rated.load} not to hold`;
    return { verdict: "disagrees", reason };
  }
  if (above !== undefined && holds(above)) {
    const reason = `two generators held ${above.load}, above what one found: one was the limit`;
    return { verdict: "single-limited", reason };
  }
  return { verdict: "agrees", reason: "two generators found what one did" };
}

function holds({ windows }: Doubled): boolean {
  // A hard failure ends a step before all of its windows were driven.
  if (windows.some(({ hard }) => hard)) return false;
  return windows.filter(({ good }) => !good).length <= badAllowed(windows.length);
}
