import type { RayId } from "#grader/contracts/axis.ts";
import type { Objective } from "#grader/contracts/objective.ts";
import type { Report, ReportWave } from "#grader/contracts/report.ts";
import type { Trial } from "#grader/contracts/trial.ts";
import { waveOf } from "#grader/grade/tally.ts";

/** The windows of a run: of its report, or of its trials while there is none. */
export function windowsOf(
  report: Report | undefined,
  trials: readonly Trial[],
): readonly ReportWave[] {
  return report?.waves ?? trials.filter((trial) => trial.phase !== "drain").map(waveOf);
}

export const windowsOfAxis = (windows: readonly ReportWave[], axis: RayId) =>
  windows.filter((window) => window.axis === axis);

/** The first window of an axis that missed its objective. */
export function brokenBy(windows: readonly ReportWave[], axis: RayId): ReportWave | undefined {
  return windows.find((window) => window.axis === axis && window.verdict === "bad");
}

/** The highest load of an axis that met its objective. */
export function heldBy(windows: readonly ReportWave[], axis: RayId): ReportWave | undefined {
  return windows
    .filter((window) => window.axis === axis && window.verdict === "good")
    .reduce<ReportWave | undefined>(
      (best, window) => (best === undefined || window.load > best.load ? window : best),
      undefined,
    );
}

/** An objective beside the evidence for it. */
export interface ObjectiveRow {
  readonly objective: Objective;
  readonly held: ReportWave | undefined;
  readonly broken: ReportWave | undefined;
}

export function objectiveRows(
  objectives: readonly Objective[],
  windows: readonly ReportWave[],
): readonly ObjectiveRow[] {
  return objectives
    .filter(({ axis }) => windows.some((window) => window.axis === axis))
    .map((objective) => ({
      objective,
      held: heldBy(windows, objective.axis),
      broken: brokenBy(windows, objective.axis),
    }));
}
