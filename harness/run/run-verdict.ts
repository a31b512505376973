import type { AxisResult, JointResult } from "#grader/contracts/capacity.ts";
import type { RunVerdict } from "#grader/contracts/report.ts";
import type { Trial } from "#grader/contracts/trial.ts";
import { lastSpoiled } from "#grader/grade/refuse.ts";
import { ERRORS, EXIT, type LoadstoneError } from "../errors.ts";
import type { Plan } from "../plan/plan.ts";

interface Ending {
  readonly verdict: RunVerdict;
  readonly reason: string;
  readonly exitCode: number;
}

type Found = AxisResult | JointResult;

/** How a run ends; the first that applies wins. The joint run comes after the axes. */
export function verdictOf(
  plan: Plan,
  results: readonly Found[],
  error: LoadstoneError | undefined,
  interrupted: boolean,
  trials: readonly Trial[] = [],
): Ending {
  if (interrupted) {
    const reason = "stopped by hand; what was measured until then is kept";
    return { verdict: "interrupted", reason, exitCode: EXIT.interrupted };
  }
  if (error !== undefined) {
    return { verdict: "invalid", reason: error.message, exitCode: ERRORS[error.code].exit };
  }
  const dead = results.find(({ flags }) => flags.includes("no-recovery"));
  if (dead !== undefined) {
    const reason = `${dead.id}: the target did not recover. ${dead.reason}`;
    return { verdict: "invalid", reason, exitCode: EXIT.invalidRun };
  }
  const failed = results.find(({ verdict }) => verdict === "failed");
  if (failed !== undefined) {
    const reason = `${failed.id}: ${failed.reason}`;
    return { verdict: "failed", reason, exitCode: EXIT.objectiveFailed };
  }
  const open = results.find(isOpen);
  const asked = plan.axes.length + (plan.joint === undefined ? 0 : 1);
  if (open !== undefined || results.length < asked) {
    const reason = `${open?.id ?? "an axis"} has no answer: ${open?.reason ?? "not measured"}`;
    const remedy = open === undefined ? "" : generatorRemedy(open, trials);
    return { verdict: "invalid", reason: `${reason}${remedy}`, exitCode: EXIT.invalidRun };
  }
  const axes = plan.axes.length;
  const jointly = results.some(({ id, verdict }) => id === "joint" && verdict !== "inconclusive");
  const reason = `${axes} of ${axes} axes measured${jointly ? ", and all at once" : ""}`;
  return { verdict: "passed", reason, exitCode: EXIT.ok };
}

/** Axes that hold next to nothing leave nothing to load at once: that is an answer. */
const isOpen = ({ id, verdict, flags }: Found): boolean =>
  verdict === "inconclusive" && !(id === "joint" && flags.includes("not-measured"));

/** Where the generator was the limit: what it did last, and what to do. */
function generatorRemedy({ id, flags }: Found, trials: readonly Trial[]): string {
  if (!flags.includes("generator-limited")) return "";
  const last = lastSpoiled(trials, id) ?? lastSpoiled(trials);
  const seen = last === undefined ? "" : ` Last: ${last}.`;
  return `${seen} Give the generator a machine with nothing else on it, or ask for less (docs/generator-guard.md).`;
}
