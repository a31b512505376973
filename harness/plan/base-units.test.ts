import * as fc from "fast-check";
import { expect, test } from "vitest";
import { DEPTHS } from "#grader/contracts/capacity.ts";
import { stateShare } from "../axes/base-mix.ts";
import {
  baseLoggersFor,
  type BaseTraffic,
  baseUnitsFor,
  baseUnitsForEver,
  longestStepSec,
  mostBasePerSec,
} from "./base-units.ts";

const TRAFFIC: BaseTraffic = { mix: { states: 10, logs: 1 }, logsPerUnitPerSec: 2 };
const LOGS_ALONE: BaseTraffic = { mix: { states: 0, logs: 1 }, logsPerUnitPerSec: 2 };

test("a small load needs some hundred Units, not a thousand", () => {
  expect(baseUnitsFor(2, TRAFFIC, 2000)).toBeLessThan(450);
  expect(baseUnitsFor(0.5, TRAFFIC, 2000)).toBeLessThan(140);
  expect(baseUnitsFor(100, TRAFFIC, 600)).toBe(600);
});

test("logs alone need few Units, and none of them rests", () => {
  expect(baseUnitsFor(10, LOGS_ALONE, 2000)).toBe(2);
  expect(baseLoggersFor(30, LOGS_ALONE, 2000)).toBe(15);
  expect(mostBasePerSec(15, LOGS_ALONE, "glance")).toBe(30);
});

test("so many Units offer what reference Units would, and somewhat more in a short step", () => {
  // A reference Unit makes 1/60 + 1/600 a second.
  const byThemselves = 600 / 60 + 600 / 600;
  expect(mostBasePerSec(600, TRAFFIC, "standard")).toBeGreaterThan(0.7 * byThemselves);
  expect(mostBasePerSec(600, TRAFFIC, "standard")).toBeLessThan(byThemselves);
  expect(mostBasePerSec(600, TRAFFIC, "glance")).toBeGreaterThan(1.3 * byThemselves);
});

test("no step of a search asks for more states than there are rested Units", () => {
  for (const depth of DEPTHS) {
    for (const units of [100, 600, 2000, 20_000]) {
      const load = mostBasePerSec(units, TRAFFIC, depth);
      const statesPerSec = load * stateShare(TRAFFIC.mix);
      const sec = Math.min(longestStepSec(load, depth), 66.5);
      expect(statesPerSec * sec).toBeLessThanOrEqual(units * 1.0001);
    }
  }
});

test("a round of those that go on for ever is as long as a rest, even where chance hurries it", () => {
  fc.assert(
    fc.property(fc.double({ min: 0.1, max: 500, noNaN: true }), (load) => {
      const units = baseUnitsForEver(load, TRAFFIC.mix);
      const quickest = units - 4 * Math.sqrt(units);
      expect(quickest / (load * stateShare(TRAFFIC.mix))).toBeGreaterThanOrEqual(66.4);
    }),
  );
});

test("Units come in pairs, never more than there may be", () => {
  fc.assert(
    fc.property(fc.double({ min: 0.1, max: 500, noNaN: true }), fc.nat(1000), (load, pairs) => {
      const maxUnits = 2 * (pairs + 1);
      const units = baseUnitsFor(load, TRAFFIC, maxUnits);
      expect(units % 2).toBe(0);
      expect(units).toBeLessThanOrEqual(maxUnits);
      expect(baseLoggersFor(load, TRAFFIC, units)).toBeLessThanOrEqual(units);
    }),
  );
});
