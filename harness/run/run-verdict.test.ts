import { describe, expect, test } from "vitest";
import type { AxisResult } from "#grader/contracts/capacity.ts";
import type { Trial } from "#grader/contracts/trial.ts";
import { LoadstoneError } from "../errors.ts";
import type { Plan } from "../plan/plan.ts";
import { verdictOf } from "./run-verdict.ts";

const result = (change: Partial<AxisResult>): AxisResult => ({
  id: "relay",
  verdict: "measured",
  unit: "msg/s",
  capacity: { value: 10, low: 9, high: 11, rated: 9 },
  limitedBy: "resource",
  reason: "because",
  flags: [],
  c50: 10,
  spread: 0.02,
  backgroundFailure: 0,
  activeSec: 10,
  harmSec: 1,
  windows: 9,
  invalidWindows: 0,
  ...change,
});
// Only the number of planned axes has a say in how a run ends.
const axes = (count: number) => ({ axes: Array.from({ length: count }) }) as unknown as Plan;
const full = new LoadstoneError("FILE_LIMIT_TOO_LOW", "no more sockets");

describe("a run", () => {
  test("says what spoiled it and what to do where the generator was the limit", () => {
    const limited = result({ verdict: "inconclusive", flags: ["generator-limited"] });
    const trials = [{ axis: "relay", verdict: "invalid", reason: "sends were late" }];
    const { reason, exitCode } = verdictOf(
      axes(1),
      [limited],
      undefined,
      false,
      trials as unknown as Trial[],
    );
    expect(exitCode).toBe(120);
    expect(reason).toContain("Last: sends were late. Give the generator a machine");
  });

  test.each([
    ["passes with exit 0 when every axis has an answer", {}, 1, undefined, false, "passed", 0],
    ["passes on at-least answers", { verdict: "censored" }, 1, undefined, false, "passed", 0],
    ["fails with 99 where no load met", { verdict: "failed" }, 1, undefined, false, "failed", 99],
    [
      "is invalid, 120, without an answer",
      { verdict: "inconclusive" },
      1,
      undefined,
      false,
      "invalid",
      120,
    ],
    ["is invalid, 120, with an axis missing", {}, 2, undefined, false, "invalid", 120],
    [
      "is invalid, 120, when the target stays down",
      { flags: ["no-recovery"] },
      1,
      undefined,
      false,
      "invalid",
      120,
    ],
    ["is invalid with the code of its error", {}, 1, full, false, "invalid", 104],
    ["is interrupted, 105, whatever else happened", {}, 1, full, true, "interrupted", 105],
  ] as const)("%s", (_name, change, count, error, interrupted, verdict, exitCode) => {
    const ending = verdictOf(axes(count), [result(change)], error, interrupted);
    expect(ending).toMatchObject({ verdict, exitCode });
  });
});
