import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AxisResult, DEPTHS } from "../contracts/capacity.ts";
import { indexOf, loadAt } from "./log-grid.ts";
import { createWaveSearch } from "./search.ts";
import { answer, grade } from "./sim/grade.ts";
import { sfc32 } from "./sim/random.ts";
import { ALL_SCENARIOS, type ScenarioId } from "./sim/scenarios.ts";
import { drained, options } from "./sim/scripted.ts";

const IDS = Object.keys(ALL_SCENARIOS) as ScenarioId[];
const anyGrading = fc.record({
  id: fc.constantFrom(...IDS),
  depth: fc.constantFrom(...DEPTHS),
  seed: fc.integer({ min: 0, max: 1e6 }),
});

describe("whatever the target", () => {
  test("the same observations give the same bytes", () => {
    fc.assert(
      fc.property(anyGrading, ({ id, depth, seed }) => {
        const first = grade(ALL_SCENARIOS[id], depth, seed);
        const again = grade(ALL_SCENARIOS[id], depth, seed);
        expect(JSON.stringify(again.result)).toBe(JSON.stringify(first.result));
        expect(JSON.stringify(again.steps)).toBe(JSON.stringify(first.steps));
      }),
      { numRuns: 20 },
    );
  });

  test("the answer fits the contract and its bounds are in order", () => {
    fc.assert(
      fc.property(anyGrading, ({ id, depth, seed }) => {
        const { result } = grade(ALL_SCENARIOS[id], depth, seed);
        expect(() => AxisResult.parse({ id: "relay", unit: "msg/s", ...result })).not.toThrow();
        const { low, value, high, rated } = result.capacity!;
        expect(low).toBeLessThanOrEqual(value);
        expect(value).toBeLessThanOrEqual(high ?? Infinity);
        expect(rated ?? 0).toBeLessThanOrEqual(value);
      }),
      { numRuns: 40 },
    );
  });

  test("loads stay between floor and ceiling, on the grid", () => {
    const anyLimits = fc.record({
      floorLoad: fc.double({ min: 1, max: 100, noNaN: true }),
      maxLoad: fc.double({ min: 200, max: 9000, noNaN: true }),
      startLoad: fc.double({ min: 0.1, max: 20_000, noNaN: true }),
    });
    fc.assert(
      fc.property(anyGrading, anyLimits, ({ id, depth, seed }, limits) => {
        for (const step of grade(ALL_SCENARIOS[id], depth, seed, limits).steps) {
          if (step.kind === "drain") continue;
          expect(step.load).toBeGreaterThanOrEqual(limits.floorLoad * (1 - 1e-9));
          expect(step.load).toBeLessThanOrEqual(limits.maxLoad);
          expect([limits.maxLoad, loadAt(indexOf(step.load))]).toContain(step.load);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("after a hard failure it drains before it offers anything", () => {
    fc.assert(
      fc.property(anyGrading, fc.double({ min: 0, max: 0.2, noNaN: true }), (drawn, spoilt) => {
        const random = sfc32(drawn.seed + 1);
        const { steps, observations } = grade(
          ALL_SCENARIOS[drawn.id],
          drawn.depth,
          drawn.seed,
          {},
          () => random() < spoilt,
        );
        const followers = observations.flatMap((seen, i) =>
          seen.kind === "load" && seen.windows.some((outcome) => outcome.hard)
            ? (steps[i + 1]?.kind ?? "drain")
            : [],
        );
        expect(followers.filter((kind) => kind !== "drain")).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test("it ends, whatever it is told and even if no time passes", () => {
    const anyOutcome = fc.record({
      good: fc.boolean(),
      hard: fc.boolean(),
      valid: fc.boolean(),
      badRatio: fc.double({ min: 0, max: 1, noNaN: true }),
      growthRatio: fc.double({ min: -1, max: 1, noNaN: true }),
      deliveredPerSec: fc.double({ min: 0, max: 1e5, noNaN: true }),
      measuredMs: fc.integer({ min: 0, max: 10_000 }),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...DEPTHS),
        fc.array(anyOutcome, { minLength: 1, maxLength: 40 }),
        fc.boolean(),
        (depth, outcomes, empty) => {
          let told = 0;
          const next = () => outcomes.at(told++ % outcomes.length)!;
          const { result } = answer(createWaveSearch(options({ depth })), (step) => {
            if (told > 20_000) throw new Error("it does not end");
            if (step.kind === "drain") return { ...drained, elapsedMs: 0 };
            const windows = empty && told % 7 === 0 ? [] : [next()];
            if (windows.length === 0) told++;
            return { kind: "load", windows, elapsedMs: 0, harmSec: 0 };
          });
          expect(result.reason).not.toBe("");
        },
      ),
      { numRuns: 100 },
    );
  });
});
