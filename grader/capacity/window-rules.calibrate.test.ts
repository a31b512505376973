/**
 * Acceptance of the rules inside a window against simulated targets (grading method, 6; the numbers
 * in the names are that section's). Seeds are fixed: a failure is a change, not chance.
 */
import { describe, expect, test } from "vitest";
import { calibrate, mean } from "./sim/calibration.ts";
import { answer, drawOptions, grade } from "./sim/grade.ts";
import { sfc32 } from "./sim/random.ts";
import { SCENARIOS, type TargetModel, TRUE_C90 } from "./sim/scenarios.ts";
import { createVirtualMeasurer } from "./sim/virtual-measurer.ts";
import { createVirtualTarget } from "./sim/virtual-target.ts";
import { createWaveSearch } from "./search.ts";

const bias = (values: readonly number[], truth: number): number =>
  100 * (Math.exp(mean(values.map((value) => Math.log(value / truth)))) - 1);

/** Stalls come at random, so many seconds apart; a window that meets one is spoiled. */
const gradings = (everySec: number, runs: number) =>
  Array.from({ length: runs }, (_, seed) => {
    const random = sfc32(seed + 500);
    const spoiledShare = 1 - Math.exp(-10 / everySec);
    return grade(SCENARIOS.A, "standard", seed, {}, () => random() < spoiledShare).result;
  });

describe("10: a generator that stalls", () => {
  test("each 15 s spoils half of the windows: every run is refused", () => {
    for (const result of gradings(15, 60)) {
      expect(result).toMatchObject({ verdict: "inconclusive", capacity: null });
      expect(result.flags).toContain("generator-limited");
    }
  });

  // The method asks for the bias "without refusal"; a search cannot be told not to refuse.
  test("each 100 s is below a fifth: what is not refused is read without bias", () => {
    const values = gradings(100, 200).flatMap(({ capacity }) => capacity?.value ?? []);
    expect(values.length).toBeGreaterThan(150);
    expect(Math.abs(bias(values, TRUE_C90.A))).toBeLessThanOrEqual(3);
  });
});

describe("13: a shaper with a deadline of 7 s, windows of 10 s", () => {
  const RATE = 3000;
  // The reference's target for this question: a steady pipe that delays what is too much.
  const shaper: TargetModel = {
    ...SCENARIOS.H,
    ratePerSec: RATE,
    shapePerSec: undefined,
    deadlineSec: 7,
    serviceSigma: 0.3,
    jitter: 0.02,
  };
  const RUNS = 100;

  /** Share of fresh windows that pass. */
  function passes(load: number, growthRule: boolean): number {
    let good = 0;
    for (let seed = 0; seed < RUNS; seed++) {
      const measure = createVirtualMeasurer(createVirtualTarget(shaper, sfc32(seed)));
      const window = { settleMs: 0, windowMs: 10_000, windows: 1, curtail: false, growthRule };
      const seen = measure({ kind: "load", phase: "wave", load, ...window });
      if (seen.kind === "load" && seen.windows.some((each) => each.good)) good++;
    }
    return good / RUNS;
  }

  /** Load at which half of the windows pass, percent from the shaper's rate. */
  function halfPassLoad(growthRule: boolean): number {
    let low = 0.7 * RATE;
    let high = 2.4 * RATE;
    for (let i = 0; i < 12; i++) {
      const load = (low + high) / 2;
      if (passes(load, growthRule) >= 0.5) low = load;
      else high = load;
    }
    return 100 * (low / RATE - 1);
  }

  test("the growth rule reads its rate within 1.5 %", () => {
    expect(Math.abs(halfPassLoad(true))).toBeLessThanOrEqual(1.5);
  });
  test("the deadline alone would read it two thirds too high", () => {
    expect(halfPassLoad(false)).toBeGreaterThan(50);
  });
});

describe.each(["A", "C", "I"] as const)("14: curtailment on %s", (id) => {
  const RUNS = 100;
  test("halves the harm at least, and moves the reading by no more than 1.5 %", () => {
    const uncut = Array.from({ length: RUNS }, (_, i) => {
      const seed = 9000 + i;
      const measure = createVirtualMeasurer(createVirtualTarget(SCENARIOS[id], sfc32(seed)));
      const drawn = drawOptions(SCENARIOS[id], "standard", sfc32(seed * 7919 + 13));
      // Uncut, overload is what it is for: the ceiling must not end the search.
      const search = createWaveSearch({ ...drawn, harmCeilingSec: Infinity });
      return answer(search, (step) =>
        measure(step.kind === "load" ? { ...step, curtail: false } : step),
      ).result;
    });
    const cut = calibrate(id, "standard", RUNS);
    const harmSec = mean(uncut.map((result) => result.harmSec));
    expect(cut.meanHarmSec / harmSec).toBeLessThanOrEqual(0.5);
    const values = uncut.flatMap(({ capacity }) => capacity?.value ?? []);
    expect(Math.abs(bias(values, TRUE_C90[id]) - cut.bias)).toBeLessThanOrEqual(1.5);
  });
});
