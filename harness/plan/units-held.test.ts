import { describe, expect, test } from "vitest";
import { AXIS_IDS } from "#grader/contracts/axis.ts";
import type { AxisResult } from "#grader/contracts/capacity.ts";
import { loadObjectives, loadScenario, SCENARIO_DIRECTORY } from "../scenario/load.ts";
import { type AxisPlan, makePlan } from "./plan.ts";
import { heldUnits, withUnits } from "./units-held.ts";

const link = (change: Partial<AxisResult>): AxisResult => ({
  id: "link",
  unit: "Units",
  verdict: "measured",
  capacity: { value: 500, low: 481, high: 520, rated: 480 },
  limitedBy: "policy",
  reason: "",
  flags: [],
  c50: null,
  spread: null,
  backgroundFailure: null,
  activeSec: 0,
  harmSec: 0,
  windows: 3,
  invalidWindows: 0,
  ...change,
});

const file = (id: string) => new URL(`waves/${id}.yaml`, SCENARIO_DIRECTORY);

async function planned(): Promise<Readonly<Record<string, AxisPlan>>> {
  const plan = makePlan({
    targetKind: "instance",
    depth: "glance",
    seed: 1,
    axes: AXIS_IDS,
    scenarios: await Promise.all(AXIS_IDS.map((axis) => loadScenario(file(axis)))),
    objectives: await loadObjectives(new URL("objectives.yaml", SCENARIO_DIRECTORY)),
    maxUnits: 2000,
    connectsPerSec: 16,
    harmCeilingSec: 60,
  });
  return Object.fromEntries(plan.axes.map((axis) => [axis.axis, axis]));
}

describe("the Units a target holds", () => {
  test("are the low end of Link, in pairs", () => {
    expect(heldUnits([link({})])).toBe(480);
  });

  test("are unknown where Link broke nothing or was not measured", () => {
    expect(heldUnits([])).toBeUndefined();
    expect(heldUnits([link({ verdict: "censored" })])).toBeUndefined();
    expect(heldUnits([link({ verdict: "inconclusive", capacity: null })])).toBeUndefined();
  });

  test("are the ceiling of every axis whose load they carry, which says why it ends there", async () => {
    const { relay, base } = await planned();
    if (relay === undefined || base === undefined) throw new Error("not planned");
    expect(withUnits(relay, 480).search).toMatchObject({ maxLoad: 7200, maxLoadReason: "axis" });
    expect(withUnits(base, 480).search.maxLoad).toBeLessThan(base.search.maxLoad);
    expect(withUnits(base, 480).search.startLoad).toBeLessThanOrEqual(base.search.startLoad);
  });

  test("change nothing for requests, for Link itself, or where they are enough", async () => {
    const { link: own, api, relay } = await planned();
    if (own === undefined || api === undefined || relay === undefined) throw new Error("unplanned");
    expect(withUnits(own, 480)).toBe(own);
    expect(withUnits(api, 480)).toBe(api);
    expect(withUnits(relay, 4000)).toBe(relay);
    expect(withUnits(relay, undefined)).toBe(relay);
  });
});
