import type { RayId } from "#grader/contracts/axis.ts";
import type { ReportWave } from "#grader/contracts/report.ts";
import type { WindowVerdict } from "#grader/contracts/trial.ts";
import { median, rollups } from "d3-array";

/** One window as a dot of the capacity curve. */
export interface CapacityPoint {
  readonly index: number;
  readonly offered: number;
  readonly delivered: number;
  readonly p99Ms: number | null;
  readonly verdict: WindowVerdict;
}

/** The windows of an axis that offered load. */
export function capacityPoints(
  windows: readonly ReportWave[],
  axis: RayId,
): readonly CapacityPoint[] {
  return windows
    .filter((window) => window.axis === axis && window.load > 0)
    .map((window) => ({
      index: window.index,
      offered: window.load,
      delivered: deliveredOf(window),
      p99Ms: window.latencyMs?.p99 ?? null,
      verdict: window.verdict,
    }));
}

/** Link's load is a stock of Units: what it delivers is the share of them that held, not a rate. */
function deliveredOf({ axis, load, good, planned, deliveredPerSec }: ReportWave): number {
  if (axis !== "link") return deliveredPerSec;
  return planned === 0 ? 0 : (load * good) / planned;
}

/** One value a load, in order of load: the line through the dots. Invalid windows tell of us. */
export function throughMedians(
  points: readonly CapacityPoint[],
  pick: (point: CapacityPoint) => number | null,
): readonly (readonly [offered: number, value: number])[] {
  return rollups(
    points.filter((point) => point.verdict !== "invalid"),
    (group) => median(group, pick),
    (point) => point.offered,
  )
    .flatMap(([offered, value]) => (value === undefined ? [] : [[offered, value] as const]))
    .sort(([a], [b]) => a - b);
}
