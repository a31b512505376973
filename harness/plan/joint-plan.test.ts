import { expect, test } from "vitest";
import { loadObjectives, loadScenario, SCENARIO_DIRECTORY } from "../scenario/load.ts";
import { makePlan, type PlanInput } from "./plan.ts";
import { withinReach } from "./within-reach.ts";

const scenario = (id: string) => loadScenario(new URL(`waves/${id}.yaml`, SCENARIO_DIRECTORY));
const input: PlanInput = {
  targetKind: "instance",
  depth: "quick",
  seed: 1,
  axes: ["link", "relay", "api"],
  scenarios: await Promise.all(["link", "relay", "api"].map(scenario)),
  objectives: await loadObjectives(new URL("objectives.yaml", SCENARIO_DIRECTORY)),
  maxUnits: 1001,
  connectsPerSec: 16,
  harmCeilingSec: 60,
  joint: true,
};

test("all axes at once get as many Units as the plan has, and the longest windows", () => {
  const { joint } = makePlan(input);
  expect(joint?.axes).toEqual(["link", "relay", "api"]);
  expect(joint?.search).toMatchObject({ maxLoad: 1000, maxLoadReason: "plan", coolMs: 10_000 });
  expect(joint?.search.windowMs(1000)).toBe(30_000);
});

test("no more Units than every axis may be offered stand for", () => {
  const scarce = { ...input, axes: ["relay", "api"] as const };
  const made = withinReach(makePlan(scarce), { relay: { reached: 30, ceiling: 21 } });
  expect(made.joint?.search.maxLoad).toBeCloseTo(210);
});

test.each([
  ["one axis", { axes: ["relay"] as const }],
  ["a plan that leaves it out", { joint: false }],
])("there is no joint run with %s", (_, change) => {
  expect(makePlan({ ...input, ...change }).joint).toBeUndefined();
});
