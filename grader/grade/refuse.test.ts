import { describe, expect, test } from "vitest";
import type { AxisResult } from "../contracts/capacity.ts";
import type { Trial } from "../contracts/trial.ts";
import { lastSpoiled, refuseSpoiled } from "./refuse.ts";

const result = (change: Partial<AxisResult>): AxisResult => ({
  id: "relay",
  verdict: "measured",
  unit: "msg/s",
  capacity: { value: 10, low: 9, high: 11, rated: 9 },
  limitedBy: "resource",
  reason: "because",
  flags: ["wide"],
  c50: 10,
  spread: 0.02,
  backgroundFailure: 0,
  activeSec: 10,
  harmSec: 1,
  windows: 8,
  invalidWindows: 0,
  ...change,
});

describe("a run whose generator spoiled windows", () => {
  test("keeps its numbers up to a fifth of them", () => {
    const results = [result({ windows: 10, invalidWindows: 2 }), result({ id: "api" })];
    expect(refuseSpoiled(results)).toEqual(results);
  });

  test("keeps them after one or two, however short the search was", () => {
    const results = [result({ windows: 5, invalidWindows: 2 })];
    expect(refuseSpoiled(results)).toEqual(results);
  });

  test("loses all of them beyond, those of its better axes too", () => {
    const poor = result({ windows: 9, invalidWindows: 4 });
    const calm = result({ id: "api", verdict: "censored", flags: ["censored", "plan-limited"] });
    for (const refused of refuseSpoiled([poor, calm])) {
      expect(refused).toMatchObject({ verdict: "inconclusive", capacity: null, c50: null });
      expect(refused.reason).toContain("4 of 17 windows");
      expect(refused.flags).toContain("generator-limited");
      expect(refused.flags).not.toContain("wide");
    }
  });

  test("leaves the reason of an axis that had no answer anyway", () => {
    const none = result({ verdict: "inconclusive", capacity: null, invalidWindows: 6 });
    expect(refuseSpoiled([none])[0]?.reason).toBe("because");
  });

  test("tells what spoiled it last, on the axis asked for", () => {
    const trials = [
      { axis: "relay", verdict: "invalid", reason: "late" },
      { axis: "api", verdict: "invalid", reason: "stalled" },
      { axis: "api", verdict: "good", reason: "fine" },
    ] as unknown as Trial[];
    expect(lastSpoiled(trials)).toBe("stalled");
    expect(lastSpoiled(trials, "relay")).toBe("late");
    expect(lastSpoiled([])).toBeUndefined();
  });
});
