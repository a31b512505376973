import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Objective } from "#grader/contracts/objective.ts";
import { type GeneratorFacts, generatorFault, judgeWindow, timingLimits } from "./verdict.ts";

const objective: Objective = {
  axis: "relay",
  deadlineMs: 250,
  maxBadRatio: 0.01,
  maxLostRatio: 0.001,
  maxGrowthRatio: 0.01,
  growthSlack: 10,
};
const fine = { planned: 10_000, bad: 0, lost: 0, errors: 0, growth: 0 };

describe("a window", () => {
  test.each([
    ["good when nothing is amiss", fine, "good"],
    ["good with exactly 1 % bad", { ...fine, bad: 100 }, "good"],
    ["bad with more than 1 % bad", { ...fine, bad: 101 }, "bad"],
    ["good with exactly 0.1 % lost", { ...fine, bad: 10, lost: 10 }, "good"],
    ["bad with more lost and failed", { ...fine, bad: 11, lost: 6, errors: 5 }, "bad"],
    ["allowed one loss however small it is", { ...fine, planned: 300, bad: 1, lost: 1 }, "good"],
    ["good when in-flight grew by 1 %", { ...fine, growth: 100 }, "good"],
    ["bad when in-flight grew by more", { ...fine, growth: 101 }, "bad"],
    ["allowed ten in flight more", { ...fine, planned: 300, growth: 10 }, "good"],
    ["good when the backlog shrank", { ...fine, growth: -5000 }, "good"],
    ["invalid when nothing was planned", { ...fine, planned: 0 }, "invalid"],
  ])("is %s", (_name, counts, verdict) => {
    expect(judgeWindow(counts, objective, true).verdict).toBe(verdict);
  });

  test("is not judged on growth where the rule is off", () => {
    expect(judgeWindow({ ...fine, growth: 5000 }, objective, false).verdict).toBe("good");
  });
});

describe("the generator", () => {
  const healthy: GeneratorFacts = {
    intended: 10_000,
    unsentByUs: 0,
    latenessP99Ms: 1,
    latenessP999Ms: 3,
    loopDelayMaxMs: 5,
    cpuRatio: 0.3,
    unaccounted: 0,
    waitRatio: 0.05,
    quotaRatio: 0.2,
    throttledMs: 0,
    gcPauseMaxMs: 4,
    inFlight: { countedMs: 50_000, timedMs: 50_400, events: 20_000 },
  };
  test.each<[string, Partial<GeneratorFacts>, string]>([
    ["unsent", { unsentByUs: 11 }, "11 of 10000 sends were never made"],
    ["unsent in a small window", { intended: 300, unsentByUs: 1 }, "1 of 300 sends"],
    ["late at p99", { latenessP99Ms: 26 }, "p99,"],
    ["late at p99.9", { latenessP999Ms: 126 }, "p99.9"],
    ["stalled", { loopDelayMaxMs: 51 }, "stalled"],
    ["collecting garbage", { gcPauseMaxMs: 51, loopDelayMaxMs: 60 }, "garbage collection"],
    ["out of CPU", { cpuRatio: 0.71 }, "71 % of a core, allowed 70 %"],
    ["out of the CPU left to it", { cpuRatio: 0.46, waitRatio: 0.4 }, "60 % that other programs"],
    ["kept off its core", { cpuRatio: 0.1, waitRatio: 0.51 }, "kept the generator off its core"],
    [
      "late because of others",
      { latenessP99Ms: 40, waitRatio: 0.6 },
      "allowed 25 ms; other programs had its core for 60 %",
    ],
    ["out of its quota", { quotaRatio: 0.71 }, "of the CPU it may use"],
    ["throttled", { throttledMs: 0.2 }, "a CPU limit of the system"],
    ["out of balance", { unaccounted: 1 }, "unaccounted"],
    [
      "counting what is not there",
      { inFlight: { countedMs: 80_000, timedMs: 50_000, events: 20_000 } },
      "38 % apart (Little's law)",
    ],
  ])("is at fault when %s", (_name, change, words) => {
    expect(generatorFault({ ...healthy, ...change }, 250)).toContain(words);
  });

  test.each<[string, Partial<GeneratorFacts>]>([
    ["healthy", {}],
    ["at every limit", { unsentByUs: 10, latenessP99Ms: 25, loopDelayMaxMs: 50, waitRatio: 0.5 }],
    ["not told more by the system", { waitRatio: undefined, quotaRatio: undefined }],
  ])("is not at fault when %s", (_name, change) => {
    expect(generatorFault({ ...healthy, ...change }, 250)).toBeUndefined();
  });

  test("is not blamed for what no clock can tell of a few short messages", () => {
    const inFlight = { countedMs: 4, timedMs: 9, events: 6 };
    expect(generatorFault({ ...healthy, inFlight }, 250)).toBeUndefined();
  });

  test("must be as exact as the deadline asks, down to what a system can keep", () => {
    expect(timingLimits(1000)).toEqual({ p99Ms: 100, p999Ms: 500, stallMs: 200 });
    expect(timingLimits(250)).toEqual({ p99Ms: 25, p999Ms: 125, stallMs: 50 });
    expect(timingLimits(20)).toEqual({ p99Ms: 5, p999Ms: 10, stallMs: 20 });
  });

  test("is at fault when any one rule is broken, however well it does by the others", () => {
    const breaches: fc.Arbitrary<Partial<GeneratorFacts>> = fc.oneof(
      fc.record({ latenessP99Ms: fc.double({ min: 25.1, max: 1e4, noNaN: true }) }),
      fc.record({ loopDelayMaxMs: fc.double({ min: 50.1, max: 1e4, noNaN: true }) }),
      fc.record({ waitRatio: fc.double({ min: 0.501, max: 1, noNaN: true }) }),
      fc.record({ unsentByUs: fc.integer({ min: 11, max: 10_000 }) }),
      fc.record({ throttledMs: fc.double({ min: 0.001, max: 1e4, noNaN: true }) }),
      fc.record({ unaccounted: fc.integer({ min: 1, max: 1000 }) }),
    );
    fc.assert(
      fc.property(breaches, (breach) => {
        expect(generatorFault({ ...healthy, ...breach }, 250)).toBeDefined();
      }),
    );
  });
});
