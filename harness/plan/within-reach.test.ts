import { expect, test } from "vitest";
import { loadObjectives, loadScenario, SCENARIO_DIRECTORY } from "../scenario/load.ts";
import { makePlan } from "./plan.ts";
import { withinReach } from "./within-reach.ts";

const plan = makePlan({
  targetKind: "instance",
  depth: "quick",
  seed: 1,
  axes: ["relay", "api"],
  scenarios: [
    await loadScenario(new URL("waves/relay.yaml", SCENARIO_DIRECTORY)),
    await loadScenario(new URL("waves/api.yaml", SCENARIO_DIRECTORY)),
  ],
  objectives: await loadObjectives(new URL("objectives.yaml", SCENARIO_DIRECTORY)),
  maxUnits: 1000,
  connectsPerSec: 16,
  harmCeilingSec: 60,
});
const searchOf = (made: typeof plan, axis: string) =>
  made.axes.find((one) => one.axis === axis)?.search;

test("a plan asks for nothing its generator cannot offer, and says who set the limit", () => {
  const made = withinReach(plan, { relay: { reached: 10_000, ceiling: 7000 } });
  expect(searchOf(made, "relay")).toMatchObject({ maxLoad: 7000, maxLoadReason: "generator" });
  expect(searchOf(made, "api")).toEqual(searchOf(plan, "api"));
});

test.each([
  ["has room to spare", { reached: 90_000, ceiling: 63_000 }],
  ["was measured in doubt", { reached: 1000, ceiling: 700, doubt: "a busy machine" }],
])("a generator that %s limits nothing", (_name, relay) => {
  expect(withinReach(plan, { relay })).toEqual(plan);
});

test("a generator below every load that means something leaves the floor to try", () => {
  const made = withinReach(plan, { relay: { reached: 2, ceiling: 1 } });
  expect(searchOf(made, "relay")).toMatchObject({ startLoad: 4, floorLoad: 4, maxLoad: 4 });
});
