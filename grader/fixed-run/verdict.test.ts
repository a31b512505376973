import { describe, expect, test } from "vitest";
import type { FaultResult } from "../contracts/fixed-run.ts";
import type { Objective } from "../contracts/objective.ts";
import type { ReportWave } from "../contracts/report.ts";
import { endingOf, type Facts, faultVerdict, standingOf } from "./verdict.ts";

const objective: Objective = {
  axis: "relay",
  deadlineMs: 250,
  maxBadRatio: 0.01,
  maxLostRatio: 0.001,
  maxGrowthRatio: 0.01,
  growthSlack: 10,
};

/** Windows of ten seconds and a thousand messages. */
const windowAt = (index: number, change: Partial<ReportWave> = {}): ReportWave => ({
  index,
  axis: "relay",
  phase: "soak",
  load: 100,
  startedAtMs: 5_000_000 + index * 10_000,
  measuredMs: 10_000,
  planned: 1000,
  intended: 1000,
  sent: 1000,
  acknowledged: 1000,
  good: 1000,
  late: 0,
  lost: 0,
  errors: 0,
  unsent: 0,
  pending: 0,
  duplicated: 0,
  reordered: 0,
  deliveredPerSec: 100,
  verdict: "good",
  curtailed: false,
  hard: false,
  reason: "",
  latenessP99Ms: 1,
  cpuRatio: 0.1,
  ...change,
});

const fault = (change: Partial<FaultResult> = {}): FaultResult => {
  const whole = {
    kind: "reconnect-storm" as const,
    plannedAtMs: 10_000,
    beganAtMs: 10_000,
    planned: 5,
    observed: 5,
    closes: {},
    connectErrors: {},
    disturbed: 9,
    reconnectedMs: 500,
    recoveredMs: 2000,
    withinMs: 5000,
    verdict: "recovered" as const,
    ...change,
  };
  return { ...whole, verdict: faultVerdict(whole) };
};

function ending(windows: readonly ReportWave[], change: Partial<Facts> = {}) {
  const faults = change.faults ?? [];
  const standing = standingOf(windows, faults);
  return endingOf({
    interrupted: false,
    error: undefined,
    windows,
    standing,
    objective,
    faults,
    ...change,
  });
}

const three = [windowAt(0), windowAt(1), windowAt(2)];

describe("a run of given load", () => {
  test("passes when all its windows together meet the objective", () => {
    const windows = [...three, windowAt(3, { good: 970, late: 30, verdict: "bad" })];
    expect(ending(windows)).toMatchObject({ verdict: "passed", exitCode: 0 });
  });

  test.each([
    ["late", { good: 900, late: 100 }, /missed the 250 ms deadline/],
    ["unsent", { good: 900, unsent: 100 }, /missed/],
    ["lost", { good: 995, lost: 5 }, /5 of 3.000 lost or failed/],
    ["failed", { good: 995, errors: 5 }, /lost or failed/],
  ])("fails with 99 when too many are %s", (_name, change, words) => {
    const result = ending([windowAt(0), windowAt(1), windowAt(2, { ...change, verdict: "bad" })]);
    expect(result).toMatchObject({ verdict: "failed", exitCode: 99 });
    expect(result.reason).toMatch(words);
  });

  test("may lose one of few", () => {
    expect(ending([windowAt(0, { good: 999, lost: 1 })]).exitCode).toBe(0);
  });

  test("is invalid, 120, when the generator spoiled more than a fifth, and not judged by it", () => {
    const spoiled = windowAt(3, { late: 1000, good: 0, verdict: "invalid", reason: "stalled" });
    const windows = [...three, windowAt(4), windowAt(5), spoiled];
    expect(ending(windows)).toMatchObject({ exitCode: 0 });
    expect(ending([windowAt(0), spoiled])).toMatchObject({ verdict: "invalid", exitCode: 120 });
    expect(ending([])).toMatchObject({ verdict: "invalid", exitCode: 120 });
  });

  test("is interrupted, 105, or takes its error's code, whatever else happened", () => {
    const error = { message: "gone", exitCode: 121 };
    expect(ending([], { interrupted: true, error })).toMatchObject({ exitCode: 105 });
    expect(ending(three, { error })).toMatchObject({ verdict: "invalid", exitCode: 121 });
  });
});

describe("planned faults", () => {
  const broken = windowAt(1, { good: 500, lost: 500, verdict: "bad" });

  test("are not held against the objective, while they last", () => {
    const windows = [windowAt(0), broken, windowAt(2)];
    const faults = [fault({ beganAtMs: 12_000 })];
    expect(standingOf(windows, faults)).toMatchObject({ windows: 2, badRatio: 0 });
    expect(ending(windows, { faults })).toMatchObject({ verdict: "passed", exitCode: 0 });
    expect(ending(windows)).toMatchObject({ verdict: "failed" });
  });

  test("leave nothing to judge where every window had one, and the reason says so once", () => {
    const faults = [fault({ beganAtMs: 12_000 })];
    expect(ending([broken], { faults: [fault({ beganAtMs: 0 })] })).toEqual({
      verdict: "invalid",
      reason: "no window was free of planned faults, so the objective was not seen: run longer",
      exitCode: 120,
    });
    expect(ending([windowAt(0), broken], { faults }).reason).toBe(
      "100 % of 1\u202f000 within 250 ms in 1 of 2 windows; recovered from 1 planned fault",
    );
  });

  test("excuse nothing after they are over", () => {
    const windows = [windowAt(0), windowAt(1), windowAt(2, { good: 500, lost: 500 })];
    expect(ending(windows, { faults: [fault()] })).toMatchObject({ verdict: "failed" });
  });

  test.each([
    ["recovers too late", { recoveredMs: 6000 }, "too-slow", 99],
    ["is back too late", { reconnectedMs: 6000 }, "too-slow", 99],
    ["never recovers", { recoveredMs: null }, "not-recovered", 99],
    ["keeps Units away", { reconnectedMs: null }, "not-recovered", 99],
    ["is never seen", { observed: 0 }, "not-seen", 120],
    ["never began", { beganAtMs: null }, "not-seen", 120],
  ] as const)("decide the run when the target %s", (_name, change, verdict, exitCode) => {
    const one = fault(change);
    expect(one.verdict).toBe(verdict);
    expect(ending(three, { faults: [one] })).toMatchObject({ exitCode });
  });
});
