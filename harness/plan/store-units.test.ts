import { expect, test } from "vitest";
import { loadScenario, SCENARIO_DIRECTORY } from "../scenario/load.ts";
import { axisWindows } from "./axis-windows.ts";
import { storeUnitsFor } from "./store-units.ts";

const scenario = await loadScenario(new URL("waves/store.yaml", SCENARIO_DIRECTORY));
if (scenario.axis !== "store") throw new Error("store.yaml is not of the axis store");
const link = await loadScenario(new URL("waves/link.yaml", SCENARIO_DIRECTORY));

test.each([
  [0.5, 600, 20],
  [20, 600, 100],
  [60.3, 600, 302],
  [180, 600, 600],
  [180, 2000, 800],
  [5000, 2000, 800],
  [60, 11, 10],
])("%f readings a second with up to %i Units are stored by %i nodes", (load, maxUnits, nodes) => {
  expect(storeUnitsFor(load, scenario, maxUnits)).toBe(nodes);
});

test("windows hold four flush periods, at a glance two, and longer at low loads", () => {
  expect(axisWindows(scenario, "quick")(1000)).toBe(20_000);
  expect(axisWindows(scenario, "glance")(1000)).toBe(10_000);
  expect(axisWindows(scenario, "quick")(10)).toBe(30_000);
  expect(axisWindows(link, "quick")(1000)).toBe(10_000);
});
