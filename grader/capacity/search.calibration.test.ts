/**
 * A small edition of `search.calibrate.test.ts` for every commit: fewer runs, so wider bounds
 * (three standard errors of the large one's), pooled over targets where only a share is judged.
 */
import { expect, test } from "vitest";
import { calibrate, mean } from "./sim/calibration.ts";

const RUNS = 30;

test.each([
  { depth: "standard", ids: ["A", "H"], bias: 4, error95: 11, halfWidth: 10, meanSec: 360 },
  { depth: "quick", ids: ["G", "I"], bias: 6, error95: 15, halfWidth: 18, meanSec: 250 },
  { depth: "glance", ids: ["A", "B", "H", "J"], bias: 8, error95: 25, halfWidth: 40, meanSec: 100 },
] as const)("$depth reads calm targets within its bounds", (bounds) => {
  const rows = bounds.ids.map((id) => calibrate(id, bounds.depth, RUNS));
  for (const row of rows) {
    expect(row.unmeasured).toEqual([]);
    expect(Math.abs(row.bias)).toBeLessThanOrEqual(bounds.bias);
    expect(row.error95).toBeLessThanOrEqual(bounds.error95);
    expect(row.halfWidth).toBeLessThanOrEqual(bounds.halfWidth);
    expect(row.meanSec).toBeLessThanOrEqual(bounds.meanSec);
  }
  expect(mean(rows.map((row) => row.covers))).toBeGreaterThanOrEqual(93);
  expect(mean(rows.map((row) => row.ratedOver))).toBeLessThanOrEqual(3);
});

test("a target that stalls is called unstable more often than not, a calm one never", () => {
  expect(calibrate("E", "standard", RUNS).unstable).toBeGreaterThanOrEqual(60);
  expect(calibrate("A", "standard", RUNS).unstable).toBe(0);
});
