import type { Trial } from "#grader/contracts/trial.ts";
import { GUARD } from "./verdict.ts";

/** Below this share of a core fixed costs dominate, and say nothing of a higher load. */
const TELLING_CPU = 0.22;
/** Where the generator is to stay, with a little room below its limit. */
const WANTED_CPU = 0.93 * GUARD.maxCpuRatio;

/** The load at which the generator would reach its limit, from what these windows cost it. */
export function generatorCeilingOf(trials: readonly Trial[]): { generatorCeiling?: number } {
  const dearest = trials.reduce<Trial | undefined>(
    (most, trial) => (trial.health.cpuRatio > (most?.health.cpuRatio ?? 0) ? trial : most),
    undefined,
  );
  if (dearest === undefined || dearest.health.cpuRatio < TELLING_CPU) return {};
  const predicted = (dearest.load * WANTED_CPU) / dearest.health.cpuRatio;
  // A window that counted was within the ceiling, whatever the prediction says.
  return {
    generatorCeiling: dearest.verdict === "invalid" ? predicted : Math.max(predicted, dearest.load),
  };
}
