/**
 * Acceptance of the search against simulated targets whose capacity is known (grading method, 6).
 * The numbers in the names are that section's. Seeds are fixed: a failure is a change, not chance.
 */
import { beforeAll, describe, expect, test } from "vitest";
import type { Depth } from "../contracts/capacity.ts";
import { DEPTHS } from "../contracts/capacity.ts";
import { type Calibration, calibrate, calibrationTable, mean } from "./sim/calibration.ts";
import { grade } from "./sim/grade.ts";
import {
  ALL_SCENARIOS,
  BROKEN,
  HELD_OUT,
  type HeldOutId,
  SCENARIOS,
  type ScenarioId,
  TRUE_C90,
} from "./sim/scenarios.ts";
import { goodShare } from "./sim/truth.ts";

const RUNS = 200;
/** As in the study of the method: three standard errors of a 92 % coverage are 8 points. */
const HELD_OUT_RUNS = 100;
/** Half a minute on a quiet core; a shared one may take ten times that. */
const HOOK_MS = 600_000;
/** Jitter of 5 % and less. */
const CALM = ["A", "B", "G", "H", "I", "J"] as const;
const TUNED = Object.keys(SCENARIOS) as (keyof typeof SCENARIOS)[];
const UNSEEN = Object.keys(HELD_OUT) as HeldOutId[];
const ALL: readonly ScenarioId[] = [...TUNED, ...UNSEEN];

/** Share of windows that are good far below the capacity, where it is not all of them. */
const GOOD_AT_ANY_LOAD: Readonly<Partial<Record<ScenarioId, number>>> = {
  E: 0.76,
  K: 0.975,
  M: 0.887,
};

type Rows = Readonly<Record<ScenarioId, Calibration>>;
function calibrateAll(depth: Depth, ids: readonly ScenarioId[], runs: number): Rows {
  const rows = ids.map((id) => calibrate(id, depth, runs));
  console.log(calibrationTable(`${depth}, ${runs} runs a target`, rows));
  return Object.fromEntries(rows.map((row) => [row.scenario, row])) as Rows;
}

test.each(ALL)("the truth used for %s is that of the ported target", (id) => {
  // The reference redraws E within 2.6 %, all others within 1 %; a quarter of its windows stall.
  // K and M fail at any load now and then, and K's few messages a window make it gradual.
  const could = GOOD_AT_ANY_LOAD[id] ?? 1;
  const margin = ["E", "K", "M"].includes(id) ? 0.05 : 0.02;
  const below = goodShare(ALL_SCENARIOS[id], TRUE_C90[id] * (1 - margin), 40);
  const above = goodShare(ALL_SCENARIOS[id], TRUE_C90[id] * (1 + margin), 40);
  expect(below).toBeGreaterThan(0.9 * could);
  expect(above).toBeLessThan(0.9 * could);
});

describe("standard", () => {
  let rows: Rows;
  beforeAll(() => {
    rows = calibrateAll("standard", TUNED, RUNS);
  }, HOOK_MS);

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
  test.each(CALM)("15: two readings of %s are close", (id) => {
    expect(rows[id].pair95).toBeLessThanOrEqual(10);
  });
});

describe("quick", () => {
  let rows: Rows;
  beforeAll(() => {
    rows = calibrateAll("quick", TUNED, RUNS);
  }, HOOK_MS);
  test.each(CALM)("3: %s is read roughly, in four minutes", (id) => {
    const row = rows[id];
    expect(row.unmeasured).toEqual([]);
    expect(row.error95).toBeLessThanOrEqual(12);
    expect(row.covers).toBeGreaterThanOrEqual(95);
    expect(row.meanSec).toBeLessThanOrEqual(240);
  });
});

// Bounds of our own (the method has none for a first look): a wide interval that keeps its promise.
describe("glance", () => {
  let rows: Rows;
  beforeAll(() => {
    rows = calibrateAll("glance", ALL, RUNS);
  }, HOOK_MS);
  test.each(CALM)("%s is read to a quarter", (id) => {
    const row = rows[id];
    expect(row.unmeasured).toEqual([]);
    expect(Math.abs(row.bias)).toBeLessThanOrEqual(6);
    expect(row.error95).toBeLessThanOrEqual(20);
    expect(row.halfWidth).toBeLessThanOrEqual(40);
    expect(row.covers).toBeGreaterThanOrEqual(95);
    expect(row.ratedOver).toBeLessThanOrEqual(2);
    expect(row.meanHarmSec).toBeLessThanOrEqual(10);
  });
  test.each(ALL)("%s: the interval holds the truth in nine runs of ten", (id) => {
    // With 200 runs three standard errors of 93 % are 5 points.
    expect(rows[id].covers).toBeGreaterThanOrEqual(88);
  });
  test.each(ALL)("%s takes no longer than 100 s", (id) => {
    // K needs windows of 15 s for 280 messages.
    expect(rows[id].meanSec).toBeLessThanOrEqual(id === "K" ? 130 : 100);
  });
  test("over all targets it is done in 80 s and covers 95 %", () => {
    expect(mean(ALL.map((id) => rows[id].meanSec))).toBeLessThanOrEqual(80);
    expect(mean(ALL.map((id) => rows[id].covers))).toBeGreaterThanOrEqual(95);
  });
});

// Each axis is left alone for the five minutes in which others would run.
describe("certify", () => {
  let rows: Rows;
  beforeAll(() => {
    rows = calibrateAll("certify", TUNED, RUNS);
  }, HOOK_MS);
  test.each([...CALM, "F"] as const)("4: %s is read closely", (id) => {
    const row = rows[id];
    expect(row.unmeasured).toEqual([]);
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
    expect(rows.C.unstable).toBeLessThanOrEqual(8);
    expect(rows.E.unstable).toBeGreaterThanOrEqual(82);
    expect(rows.E.covers).toBeGreaterThanOrEqual(85);
    expect(rows.E.halfWidthOver10).toBeGreaterThanOrEqual(85);
  });
  test("6: a slow drift is seen, because the slices are far apart", () => {
    expect(Math.abs(rows.D.bias)).toBeLessThanOrEqual(3);
    expect(rows.D.error95).toBeLessThanOrEqual(9);
    expect(rows.D.covers).toBeGreaterThanOrEqual(92);
  });
  test.each(CALM)("15: two readings of %s are close", (id) => {
    expect(rows[id].pair95).toBeLessThanOrEqual(9);
  });
});

describe.each(["quick", "standard", "certify"] as const)("held out, %s", (depth) => {
  let rows: Rows;
  beforeAll(() => {
    rows = calibrateAll(depth, UNSEEN, HELD_OUT_RUNS);
  }, HOOK_MS);
  test.each(UNSEEN)("%s, on which nothing was tuned, is covered", (id) => {
    const row = rows[id];
    expect(row.unmeasured).toEqual([]);
    expect(row.covers).toBeGreaterThanOrEqual(84);
    // Thirty messages a second: its windows hold too few of them for the one percent to be sharp.
    expect(Math.abs(row.bias)).toBeLessThanOrEqual(id === "K" ? 14 : 5);
  });
});

describe.each(DEPTHS)("at %s depth", (depth) => {
  test("9: below the generator's ceiling there is never a number, only 'at least'", () => {
    for (const id of TUNED) {
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
