import type { SecondRow } from "#harness/store/rows.ts";
import { groups } from "d3-array";
import type { LiveHealth } from "./generator-light.ts";
import { mergeHistograms, quantilesMs } from "./histogram.ts";
import type { LivePoint } from "./live.ts";

/** Sums seconds over streams and generator processes; of health, the worst counts. */
export function toLivePoints(seconds: readonly SecondRow[]): readonly LivePoint[] {
  return groups(seconds, (row) => row.atMs)
    .sort(([a], [b]) => a - b)
    .map(([atMs, rows]) => toLivePoint(atMs, rows));
}

function toLivePoint(atMs: number, rows: readonly SecondRow[]): LivePoint {
  const sum = (pick: (row: SecondRow) => number) => rows.reduce((n, row) => n + pick(row), 0);
  const worst = (pick: (health: LiveHealth) => number) =>
    Math.max(...rows.map((row) => pick(row.health)));
  const lead = rows.reduce((a, b) => (b.load > a.load ? b : a));
  const quantiles = quantilesMs(mergeHistograms(rows.map((row) => row.latency)), [0.5, 0.95, 0.99]);
  const [p50 = 0, p95 = 0, p99 = 0] = quantiles ?? [];
  return {
    atMs,
    axis: lead.axis,
    phase: lead.phase,
    load: lead.load,
    intended: sum((row) => row.intended),
    delivered: sum((row) => row.delivered),
    late: sum((row) => row.late),
    lost: sum((row) => row.lost),
    errors: sum((row) => row.errors),
    unsent: sum((row) => row.unsent),
    latencyMs: quantiles === null ? null : { p50, p95, p99 },
    health: {
      cpuRatio: worst((health) => health.cpuRatio),
      loopDelayMaxMs: worst((health) => health.loopDelayMaxMs),
      latenessP99Ms: worst((health) => health.latenessP99Ms),
      unsentRatio: worst((health) => health.unsentRatio),
    },
  };
}
