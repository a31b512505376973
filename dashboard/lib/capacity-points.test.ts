import { expect, test } from "vitest";
import { SAMPLE_IDS, sampleRows } from "../test/sample-run.ts";
import { capacityPoints, throughMedians } from "./capacity-points.ts";

const report = sampleRows(1_795_446_000_000).grades.find(
  (g) => g.runId === SAMPLE_IDS.latest,
)!.report;

test("draws each window with load once, in the axis' unit", () => {
  const points = capacityPoints(report.waves, "relay");
  expect(points).toHaveLength(report.waves.filter((w) => w.axis === "relay").length);
  expect(points[0]).toMatchObject({ offered: 20, verdict: "good" });
});

test("counts for Link the Units that held, not a rate", () => {
  const last = capacityPoints(report.waves, "link").at(-1)!;
  expect(last.delivered).toBeGreaterThan(9900);
  expect(last.delivered).toBeLessThanOrEqual(10_000);
});

const at = (index: number, delivered: number, verdict: "good" | "invalid") => ({
  index,
  offered: 10,
  delivered,
  p99Ms: null,
  verdict,
});

test("joins the dots of one load into one, and leaves the generator's own failures out", () => {
  const points = [at(0, 9, "good"), at(1, 10, "good"), at(2, 2, "invalid"), at(3, 8, "good")];
  expect(throughMedians(points, (p) => p.delivered)).toEqual([[10, 9]]);
  expect(throughMedians(points, (p) => p.p99Ms)).toEqual([]);
});
