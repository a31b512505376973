import { AXES } from "#grader/contracts/axis.ts";
import type { FixedRunReport } from "#grader/contracts/fixed-run.ts";
import { count, duration, latency, percent, rate } from "../format.ts";
import { evenSpaces } from "../paint.ts";

/** Where a run of given load stands, as one line. Rates are those of the last second. */
export interface FixedProgress {
  readonly axis: FixedRunReport["run"]["axis"];
  readonly elapsedMs: number;
  readonly durationMs: number;
  readonly intendedPerSec: number;
  readonly deliveredPerSec: number;
  readonly latencyP99Ms: number | null;
  /** Since the run began. */
  readonly late: number;
  readonly lost: number;
  readonly unsent: number;
  readonly units: number;
  readonly unitsWanted: number;
  readonly cpuRatio: number;
  /** What is being done to the target on purpose, if anything. */
  readonly fault: string | null;
}

export function renderFixedProgress(view: FixedProgress): string {
  const parts = [
    `${duration(view.elapsedMs)} of ${duration(view.durationMs)}`,
    `${AXES[view.axis].title} ${rate(view.deliveredPerSec)} of ${rate(view.intendedPerSec)}`,
    `p99 ${latency(view.latencyP99Ms)}`,
    ...(view.late === 0 ? [] : [`late ${count(view.late)}`]),
    `lost ${count(view.lost)}`,
    ...(view.unsent === 0 ? [] : [`unsent ${count(view.unsent)}`]),
    // Requests need no Units that stay connected.
    ...(view.unitsWanted === 0 ? [] : [`Units ${count(view.units)}/${count(view.unitsWanted)}`]),
    `CPU ${percent(view.cpuRatio)}`,
    ...(view.fault === null ? [] : [view.fault]),
  ];
  return evenSpaces(parts.join(" · "));
}
