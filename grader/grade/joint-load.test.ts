import { expect, test } from "vitest";
import { windowLengthMs } from "../capacity/window-length.ts";
import { AXIS_IDS, type AxisId } from "../contracts/axis.ts";
import type { Depth } from "../contracts/capacity.ts";
import { inconclusive, measured } from "./axis-result.suite.ts";
import { jointSearch, jointWindowMs, loadOf, plannedJoint } from "./joint-load.ts";
import { unitsOf } from "./reference-unit.ts";

const windows = (axes: readonly AxisId[], depth: Depth = "quick") =>
  axes.map((axis) => ({ axis, windowMs: (load: number) => windowLengthMs(load, depth) }));
const planned = plannedJoint(
  { depth: "quick", maxLoad: 2000, harmCeilingSec: 60, coolMs: 10_000 },
  windows(AXIS_IDS),
);
const five = (units: number) => AXIS_IDS.map((id) => measured(id, units));

test("a load on an axis and its reference Units are the same thing twice", () => {
  for (const axis of AXIS_IDS) expect(unitsOf(axis, loadOf(axis, 1360))).toBeCloseTo(1360);
});

test("a window is as long as the thinnest rate needs, whatever Link holds", () => {
  expect(jointWindowMs(1000, windows(["link", "relay"]))).toBe(10_000);
  expect(jointWindowMs(1000, windows(AXIS_IDS))).toBe(30_000);
  expect(jointWindowMs(1000, windows(AXIS_IDS, "glance"))).toBe(15_000);
  expect(jointWindowMs(20_000, windows(AXIS_IDS))).toBe(10_000);
});

test("the plan alone allows as many Units as it has, from a quarter of them", () => {
  expect(planned).toMatchObject({ maxLoad: 2000, maxLoadReason: "plan" });
  expect(planned.startLoad).toBeGreaterThan(490);
  expect(planned.startLoad).toBeLessThan(510);
});

test("a plan of very few Units still has a range to search", () => {
  const small = plannedJoint({ ...planned, maxLoad: 6 }, windows(AXIS_IDS));
  expect(small.floorLoad).toBeLessThanOrEqual(small.startLoad);
  expect(small.startLoad).toBeLessThanOrEqual(6);
});

test("the search ends where the weakest axis ends alone, and says so", () => {
  const found = jointSearch(planned, [...five(5000).slice(1), measured("link", 1200)]);
  expect(found).toMatchObject({ search: { maxLoad: 1200, maxLoadReason: "axis" } });
});

test("axes that hold more than the plan has Units leave the plan as the ceiling", () => {
  const found = jointSearch(planned, five(5000));
  expect(found).toMatchObject({ search: { maxLoad: 2000, maxLoadReason: "plan" } });
});

test.each([
  { of: [measured("link", 900), inconclusive("api")], why: "API has no answer of its own" },
  { of: [], why: "no axis has an answer of its own" },
  {
    of: [measured("link", 900), measured("base", 4)],
    why: `Base holds fewer than 10.1 Units alone`,
  },
])("there is nothing to load at once: $why", ({ of, why }) => {
  expect(jointSearch(planned, of)).toEqual({ missing: why });
});
