import { describe, expect, test } from "vitest";
import { AXIS_IDS } from "#grader/contracts/axis.ts";
import type { Trial } from "#grader/contracts/trial.ts";
import { drainTrial } from "../engine/drain-trial.ts";
import { HEALTHY } from "../run/virtual-axis.suite.ts";
import { loadObjectives, loadScenario, SCENARIO_DIRECTORY } from "../scenario/load.ts";
import { type AxisPlan, makePlan } from "./plan.ts";
import { heldUnits, withUnits } from "./units-held.ts";

/** A hold of so many Units, of which so many were refused and so many were slow. */
const hold = (planned: number, { errors = 0, late = 0, lost = 0 }: Partial<Trial> = {}): Trial => ({
  ...drainTrial({
    context: { runId: "r", stepNumber: 0, firstIndex: 0, signal: new AbortController().signal },
    axis: "link",
    drained: true,
    elapsedMs: 1000,
    startedAtWallMs: 0,
    health: HEALTHY,
  }),
  phase: "checkpoint",
  load: planned,
  planned,
  errors,
  late,
  lost,
  good: planned - errors - late - lost,
});

const file = (id: string) => new URL(`waves/${id}.yaml`, SCENARIO_DIRECTORY);

async function plans(): Promise<Readonly<Record<string, AxisPlan>>> {
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
  test("are those it kept when it refused others, in pairs", () => {
    expect(heldUnits([hold(400), hold(500, { errors: 19 }), hold(625, { lost: 130 })])).toBe(494);
  });

  test("are unknown where it took all, however slowly, and where Link was not measured", () => {
    expect(heldUnits([])).toBeUndefined();
    expect(heldUnits([hold(20, { late: 13 }), hold(20)])).toBeUndefined();
    expect(heldUnits([hold(1000, { errors: 2 })])).toBeUndefined();
  });

  test("are the ceiling of every axis whose load they carry, which says why it ends there", async () => {
    const { relay, base } = await plans();
    if (relay === undefined || base === undefined) throw new Error("not planned");
    expect(withUnits(relay, 480).search).toMatchObject({ maxLoad: 7200, maxLoadReason: "axis" });
    expect(withUnits(base, 480).search.maxLoad).toBeLessThan(base.search.maxLoad);
    expect(withUnits(base, 480).search.startLoad).toBeLessThanOrEqual(base.search.startLoad);
  });

  test("change nothing for requests, for Link itself, or where they are enough", async () => {
    const { link: own, api, relay } = await plans();
    if (own === undefined || api === undefined || relay === undefined) throw new Error("unplanned");
    expect(withUnits(own, 480)).toBe(own);
    expect(withUnits(api, 480).search).toEqual(api.search);
    expect(withUnits(relay, 4000).search).toEqual(relay.search);
    expect(withUnits(relay, undefined)).toBe(relay);
  });
});
