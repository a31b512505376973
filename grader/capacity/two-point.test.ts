import { describe, expect, test } from "vitest";
import { sfc32 } from "./sim/random.ts";
import { SCENARIOS, TRUE_C90 } from "./sim/scenarios.ts";
import { cliff, drained, options, windowsOf } from "./sim/scripted.ts";
import { createVirtualMeasurer } from "./sim/virtual-measurer.ts";
import { createVirtualTarget } from "./sim/virtual-target.ts";
import type { Observation, SearchOptions, Step } from "./step.ts";
import { type Claim, createTwoPointCheck, type TwoPointResult } from "./two-point.ts";

function check(
  claim: Claim,
  measure: (step: Step) => Observation,
  change: Partial<SearchOptions> = {},
): { result: TwoPointResult; steps: Step[]; sec: number } {
  const running = createTwoPointCheck(claim, options({ depth: "standard", ...change }));
  const steps: Step[] = [];
  let ms = 0;
  for (;;) {
    const asked = running.ask();
    if ("result" in asked) return { result: asked.result, steps, sec: ms / 1000 };
    const seen = measure(asked.step);
    ms += seen.elapsedMs;
    steps.push(asked.step);
    running.tell(seen);
  }
}

test("an honest claim is confirmed in three minutes", () => {
  const { result, sec } = check({ rated: 950, high: 1050 }, cliff(1000));
  expect(result).toMatchObject({ verdict: "confirmed", lower: { good: 6 }, upper: { good: 0 } });
  expect(sec).toBeLessThan(180);
});

test("a claim above what it holds is refuted, and more is never offered", () => {
  const { result, steps } = check({ rated: 1100, high: 1200 }, cliff(1000));
  expect(result).toMatchObject({ verdict: "refuted", upper: null });
  expect(Math.max(...steps.map((step) => (step.kind === "load" ? step.load : 0)))).toBe(1100);
});

test("a claim far below what it holds is refuted too", () => {
  const { result } = check({ rated: 500, high: 600 }, cliff(1000));
  expect(result).toMatchObject({ verdict: "refuted", upper: { good: 6 } });
  expect(result.reason).toContain("it can do more");
});

test("of 'at least' only the lower point can be checked", () => {
  const { result } = check({ rated: 950, high: null }, cliff(1000));
  expect(result).toMatchObject({ verdict: "confirmed", upper: null });
});

test("without a generator for the upper point nothing is confirmed", () => {
  const { result } = check({ rated: 950, high: 1050 }, cliff(1000), { maxLoad: 1200 });
  expect(result).toMatchObject({ verdict: "inconclusive", lower: { good: 6 } });
});

test("a generator that spoils its windows confirms nothing", () => {
  const { result } = check({ rated: 950, high: 1050 }, (step) =>
    step.kind === "drain" ? drained : windowsOf(step, { valid: false }),
  );
  expect(result.verdict).toBe("inconclusive");
  expect(result.reason).toContain("spoiled by the load generator");
});

test("the target is left drained after an overload", () => {
  for (const claim of [
    { rated: 950, high: 1050 },
    { rated: 1100, high: 1200 },
  ]) {
    const { steps } = check(claim, cliff(1000));
    const lastOverload = steps.findLastIndex((step) => step.kind === "load" && step.load > 1000);
    expect(steps[lastOverload + 1]?.kind).toBe("drain");
  }
});

/** Share of checks, percent, in which the claim passes the lower point. */
function holds(id: "A" | "B" | "F" | "I" | "J", inflated: number, runs: number): number {
  let passed = 0;
  for (let seed = 0; seed < runs; seed++) {
    const target = createVirtualTarget(SCENARIOS[id], sfc32(9000 + seed), { warm: true });
    // An honest rated lies 5 % below C90, the upper end 8 % above it.
    const claim = { rated: inflated * 0.95 * TRUE_C90[id], high: 1.08 * TRUE_C90[id] };
    const { result } = check(claim, createVirtualMeasurer(target));
    if (result.verdict === "confirmed") passed++;
  }
  return (100 * passed) / runs;
}

// Acceptance test 17 of the grading method. At n = 60 the three standard errors of a true 99 % are
// 3.9 points, so 95 of the asked 97 %; of a true 0.5 % they are 2.7, so one in sixty is allowed.
describe("on a target that is not steady", () => {
  test.each(["A", "B", "F", "I", "J"] as const)(
    "%s: honest passes, a fifth more does not",
    (id) => {
      expect(holds(id, 1, 60)).toBeGreaterThanOrEqual(95);
      expect(holds(id, 1.2, 60)).toBeLessThanOrEqual(2);
    },
  );
});
