import { describe, expect, test } from "vitest";
import type { Objective } from "#grader/contracts/objective.ts";
import { generatorFault, judgeWindow } from "./verdict.ts";

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
  const healthy = {
    intended: 10_000,
    unsentByUs: 0,
    latenessP99Ms: 1,
    latenessP999Ms: 3,
    loopDelayMaxMs: 5,
    cpuRatio: 0.3,
    unaccounted: 0,
  };
  test.each([
    ["unsent", { unsentByUs: 11 }, "never made"],
    ["late at p99", { latenessP99Ms: 26 }, "p99,"],
    ["late at p99.9", { latenessP999Ms: 126 }, "p99.9"],
    ["stalled", { loopDelayMaxMs: 51 }, "stalled"],
    ["out of CPU", { cpuRatio: 0.71 }, "core"],
    ["out of balance", { unaccounted: 1 }, "unaccounted"],
  ])("is at fault when %s", (_name, change, words) => {
    expect(generatorFault({ ...healthy, ...change }, 250)).toContain(words);
  });

  test("is not at fault when healthy", () => {
    expect(generatorFault(healthy, 250)).toBeUndefined();
  });
});
