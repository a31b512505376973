/**
 * Acceptance of the search against simulated targets whose capacity is known (grading method, 6).
 * The numbers in the names are that section's. Seeds are fixed: a failure is a change, not chance.
 */
import { beforeAll, describe, expect, test } from "vitest";
import type { Depth } from "../contracts/capacity.ts";
import { DEPTHS } from "../contracts/capacity.ts";
import { type Calibration, calibrate, calibrationTable, mean } from "./sim/calibration.ts";
import { grade } from "./sim/grade.ts";
import { BROKEN, SCENARIOS, type ScenarioId, TRUE_C90 } from "./sim/scenarios.ts";
import { goodShare } from "./sim/truth.ts";

const RUNS = 200;
const CERTIFY_RUNS = 100;
/** Jitter of 5 % and less. */
const CALM = ["A", "B", "G", "H", "I", "J"] as const;
const ALL = Object.keys(SCENARIOS) as ScenarioId[];

type Rows = Readonly<Record<ScenarioId, Calibration>>;
function calibrateAll(depth: Depth, ids: readonly ScenarioId[], runs: number): Rows {
  const rows = ids.map((id) => calibrate(id, depth, runs));
  console.log(calibrationTable(`${depth}, ${runs} runs a target`, rows));
  return Object.fromEntries(rows.map((row) => [row.scenario, row])) as Rows;
}

test.each(ALL)("the truth used for %s is that of the ported target", (id) => {
  // The reference redraws E within 2.6 %, all others within 1 %; a quarter of its windows stall.
  const could = id === "E" ? 0.76 : 1;
  const margin = id === "E" ? 0.05 : 0.02;
  const below = goodShare(SCENARIOS[id], TRUE_C90[id] * (1 - margin), 40);
  const above = goodShare(SCENARIOS[id], TRUE_C90[id] * (1 + margin), 40);
  expect(below).toBeGreaterThan(0.9 * could);
  expect(above).toBeLessThan(0.9 * could);
});

describe("standard", () => {
  let rows: Rows;
  beforeAll(() => {
    rows = calibrateAll("standard", ALL, RUNS);
  });

  test.each(CALM)("1: %s is read without bias and the interval holds the truth", (id) => {
    const row = rows[id];
    expect(row.unmeasured).toEqual([]);
    expect(Math.abs(row.bias)).toBeLessThanOrEqual(3);
    expect(row.error95).toBeLessThanOrEqual(9);
    expect(row.covers).toBeGreaterThanOrEqual(93);
    expect(row.ratedOver).toBeLessThanOrEqual(2);
    expect(row.rated).toBeGreaterThanOrEqual(-14);
  });
  test.each(CALM)("2: %s takes its time and does no more harm than allowed", (id) => {
    const row = rows[id];
    expect(row.meanSec).toBeLessThanOrEqual(360);
    expect(row.p95Sec).toBeLessThanOrEqual(480);
    expect(row.meanHarmSec).toBeLessThanOrEqual(20);
    expect(row.p95HarmSec).toBeLessThanOrEqual(40);
  });
  test("5: a noisy neighbour costs accuracy, not honesty", () => {
    expect(rows.C.bias).toBeLessThanOrEqual(7);
    expect(rows.C.error95).toBeLessThanOrEqual(18);
    expect(rows.C.covers).toBeGreaterThanOrEqual(85);
  });
  test("7: stalls are named, and only where there are any", () => {
    expect(rows.E.unstable).toBeGreaterThanOrEqual(78);
    expect(rows.E.covers).toBeGreaterThanOrEqual(85);
    expect(rows.E.halfWidthOver10).toBeGreaterThanOrEqual(85);
    expect(rows.C.unstable).toBeLessThanOrEqual(8);
    for (const id of ["A", "B", "D", "J"] as const)
      expect(rows[id].unstable).toBeLessThanOrEqual(2);
  });
  test("8: a cold target is warmed first", () => {
    expect(rows.F.bias).toBeGreaterThanOrEqual(-5);
    expect(rows.F.bias).toBeLessThanOrEqual(2);
    expect(rows.F.covers).toBeGreaterThanOrEqual(85);
  });
});

describe("quick", () => {
  let rows: Rows;
  beforeAll(() => {
    rows = calibrateAll("quick", ALL, RUNS);
  });
  test.each(CALM)("3: %s is read roughly, in four minutes", (id) => {
    const row = rows[id];
    expect(row.unmeasured).toEqual([]);
    expect(row.error95).toBeLessThanOrEqual(12);
    expect(row.covers).toBeGreaterThanOrEqual(95);
    expect(row.meanSec).toBeLessThanOrEqual(240);
  });
});

describe("glance", () => {
  let rows: Rows;
  beforeAll(() => {
    rows = calibrateAll("glance", ALL, RUNS);
  });
  test.each(CALM)("%s is read to a quarter, in a minute and a half", (id) => {
    const row = rows[id];
    expect(row.unmeasured).toEqual([]);
    expect(Math.abs(row.bias)).toBeLessThanOrEqual(6);
    expect(row.error95).toBeLessThanOrEqual(20);
    expect(row.covers).toBeGreaterThanOrEqual(95);
    expect(row.ratedOver).toBeLessThanOrEqual(2);
    expect(row.meanHarmSec).toBeLessThanOrEqual(10);
  });
  test.each(ALL)(
    "%s: no target takes over 100 s, nor hides the truth in one run of seven",
    (id) => {
      expect(rows[id].meanSec).toBeLessThanOrEqual(100);
      expect(rows[id].covers).toBeGreaterThanOrEqual(id === "C" ? 87 : 90);
    },
  );
  test("over all targets it is done in 90 s and covers 95 %", () => {
    expect(mean(ALL.map((id) => rows[id].meanSec))).toBeLessThanOrEqual(90);
    expect(mean(ALL.map((id) => rows[id].covers))).toBeGreaterThanOrEqual(95);
  });
});

// Not interleaved with other axes, which D and F need: they are not judged here (6, tests 4 and 6).
describe("certify", () => {
  let rows: Rows;
  beforeAll(() => {
    rows = calibrateAll("certify", [...CALM, "C", "E"], CERTIFY_RUNS);
  });
  test.each(CALM)("4: %s is read closely", (id) => {
    const row = rows[id];
    expect(Math.abs(row.bias)).toBeLessThanOrEqual(2.5);
    expect(row.error95).toBeLessThanOrEqual(7);
    expect(row.halfWidth).toBeLessThanOrEqual(10);
    expect(row.covers).toBeGreaterThanOrEqual(92);
    expect(row.meanSec).toBeLessThanOrEqual(720);
  });
  test("5 and 7: noise and stalls", () => {
    expect(rows.C.bias).toBeLessThanOrEqual(7);
    expect(rows.C.error95).toBeLessThanOrEqual(14);
    expect(rows.C.covers).toBeGreaterThanOrEqual(85);
    expect(rows.E.unstable).toBeGreaterThanOrEqual(82);
    expect(rows.E.covers).toBeGreaterThanOrEqual(85);
  });
});

describe.each(DEPTHS)("at %s depth", (depth) => {
  test("9: below the generator's ceiling there is never a number, only 'at least'", () => {
    for (const id of ALL) {
      for (let seed = 0; seed < 8; seed++) {
        const maxLoad = 0.8 * TRUE_C90[id];
        const { result } = grade(SCENARIOS[id], depth, seed, { maxLoad, startLoad: maxLoad / 20 });
        // A target that stalls or is cold may truly fail below 0.8 of its capacity.
        if (["C", "E", "F"].includes(id) && result.verdict === "measured") continue;
        expect(result.verdict, `${id} ${seed}`).toBe("censored");
        expect(result.flags).toContain("generator-limited");
      }
    }
  });
  test("11: a target that dies is left alone", () => {
    for (let seed = 0; seed < 20; seed++) {
      const { result, steps } = grade(BROKEN.dies, depth, seed);
      expect(result.flags).toContain("no-recovery");
      expect(steps.at(-1)?.kind).toBe("drain");
    }
  });
  test("12: an objective no load can meet is found within two minutes", () => {
    for (let seed = 0; seed < 20; seed++) {
      const { result, elapsedSec } = grade(BROKEN.impossible, depth, seed);
      expect(result.verdict).toBe("failed");
      expect(elapsedSec).toBeLessThanOrEqual(120);
    }
  });
});
