import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AxisResult, DEPTHS } from "../contracts/capacity.ts";
import { createLadder } from "./ladder.ts";
import { answer } from "./sim/grade.ts";
import { drained, options as searchOptions, window } from "./sim/scripted.ts";
import type { Observation, SearchOptions, Step, WindowOutcome } from "./step.ts";

const options = (change: Partial<SearchOptions> = {}): SearchOptions =>
  searchOptions({
    depth: "glance",
    startLoad: 20,
    floorLoad: 2,
    maxLoad: 100,
    maxLoadReason: "plan",
    ...change,
  });

type LoadStep = Extract<Step, { kind: "load" }>;

function seen(step: Step, change: Partial<WindowOutcome>, harmSec = 0): Observation {
  if (step.kind === "drain") throw new Error("a ladder asks for no drain");
  return { kind: "load", windows: [window(change)], elapsedMs: step.windowMs, harmSec };
}

const loadOf = (step: Step): number => (step as LoadStep).load;
const loadsOf = (steps: readonly Step[]): number[] => steps.map(loadOf);

/** Refuses every Unit over its limit. */
const upTo = (limit: number) => (step: Step) => {
  const load = loadOf(step);
  return load <= limit
    ? seen(step, {})
    : seen(step, { good: false, hard: true, badRatio: (load - limit) / load });
};

describe("a ladder", () => {
  test("finds a limit of 31 among 100 between what held and what did not", () => {
    for (const depth of DEPTHS) {
      const { result } = answer(createLadder(options({ depth })), upTo(31));
      expect(result).toMatchObject({ verdict: "measured", limitedBy: "resource", flags: [] });
      const { value, low, high, rated } = result.capacity!;
      expect(value).toBeGreaterThanOrEqual(20);
      expect(value).toBeLessThanOrEqual(31);
      expect(high).toBeGreaterThan(31);
      expect([low, rated]).toEqual([value, value]);
    }
  });

  test("that nothing refuses up to the ceiling says at least, and why no more", () => {
    const { result, steps } = answer(createLadder(options()), upTo(1000));
    expect(loadsOf(steps)).toEqual([20, 40, 80, 100]);
    expect(result).toMatchObject({
      verdict: "censored",
      capacity: { value: 100, low: 100, high: null, rated: 100 },
      limitedBy: null,
      flags: ["censored", "plan-limited"],
    });
  });

  test("on which nothing holds has failed, and says at which load it broke first", () => {
    const { result, steps } = answer(createLadder(options()), upTo(0));
    expect(loadsOf(steps)).toEqual([20, 2]);
    expect(result).toMatchObject({ verdict: "failed", capacity: null, limitedBy: "resource" });
    expect(result.reason).toContain("not met at any load: at 20 Units");
  });

  test("that the generator spoils three times running gives no number", () => {
    const { result, steps } = answer(createLadder(options()), (step) =>
      loadOf(step) <= 20 ? seen(step, {}) : seen(step, { valid: false, good: false }),
    );
    expect(loadsOf(steps)).toEqual([20, 40, 40, 40]);
    expect(result).toMatchObject({
      verdict: "inconclusive",
      capacity: null,
      limitedBy: "generator",
      flags: ["generator-limited"],
      windows: 4,
      invalidWindows: 3,
    });
    expect(result.reason).toContain("it held 20 Units");
  });

  test("that the generator spoils now and then, too often in all, gives no number either", () => {
    let steps = 0;
    const { result } = answer(createLadder(options()), (step) =>
      seen(step, steps++ % 2 === 0 ? { valid: false } : {}),
    );
    expect(result).toMatchObject({ verdict: "inconclusive", capacity: null, invalidWindows: 3 });
    expect(result.reason).toContain("3 of 5 windows were spoiled by the load generator");
  });

  test("takes a step without a window for a spoiled one", () => {
    const nothing: Observation = { kind: "load", windows: [], elapsedMs: 0, harmSec: 0 };
    const { result, steps } = answer(createLadder(options()), () => nothing);
    expect(steps).toHaveLength(3);
    expect(result).toMatchObject({ verdict: "inconclusive", invalidWindows: 3 });
  });

  test("over the harm ceiling stops with both bounds, if it has both", () => {
    const { result, steps } = answer(createLadder(options({ harmCeilingSec: 5 })), (step) =>
      loadOf(step) <= 30 ? seen(step, {}) : seen(step, { good: false, badRatio: 0.2 }, 6),
    );
    expect(loadsOf(steps)).toEqual([20, 40]);
    expect(result).toMatchObject({
      verdict: "measured",
      capacity: { value: 20, low: 20, high: 40, rated: null },
      flags: ["harm-ceiling"],
      harmSec: 6,
    });
  });

  test("over the harm ceiling before anything broke has no number, only what held", () => {
    const { result } = answer(createLadder(options({ harmCeilingSec: 5 })), (step) =>
      seen(step, {}, 3),
    );
    expect(result).toMatchObject({
      verdict: "inconclusive",
      capacity: null,
      flags: ["harm-ceiling"],
    });
    expect(result.reason).toContain("it held 40 Units");
  });

  test("steps back to what was served: a limit between two checkpoints shows itself", () => {
    const limit = 50;
    const { result, steps } = answer(createLadder(options()), (step) => {
      const over = Math.max(0, loadOf(step) - limit);
      return seen(step, { good: over === 0, badRatio: over / loadOf(step) });
    });
    expect(loadsOf(steps)).toEqual([20, 40, 80, 50]);
    expect(result).toMatchObject({
      verdict: "measured",
      capacity: { value: 50, low: 50, high: 80, rated: 50 },
    });
  });

  test("of a target that stays down after a failure says no recovery, and rates nothing", () => {
    let broken = false;
    const { result, steps } = answer(createLadder(options()), (step) => {
      broken ||= loadOf(step) > 50;
      return broken ? seen(step, { good: false, badRatio: 0.9 }) : seen(step, {});
    });
    expect(loadsOf(steps)).toEqual([20, 40, 80, 40]);
    expect(result).toMatchObject({
      verdict: "measured",
      capacity: { value: 40, low: 20, high: 80, rated: null },
      flags: ["no-recovery"],
    });
  });

  test("of a target that only misses the longer hold says so, and trusts the load below", () => {
    const { result } = answer(createLadder(options()), (step) =>
      (step as LoadStep).phase === "checkpoint" && loadOf(step) <= 40
        ? seen(step, {})
        : seen(step, { good: false, badRatio: 0.02 }),
    );
    expect(result).toMatchObject({
      verdict: "measured",
      capacity: { value: 40, low: 20, high: 64, rated: null },
      flags: ["soak-failed"],
    });
  });

  test.each([
    { startLoad: 2, floorLoad: 1, maxLoad: 9, loads: [2, 4, 6, 8] },
    { startLoad: 7, floorLoad: 5, maxLoad: 11, loads: [8, 10] },
    { startLoad: 100, floorLoad: 2, maxLoad: 31, loads: [30] },
    { startLoad: 1, floorLoad: 1, maxLoad: 2, loads: [2] },
  ])(
    "from $startLoad within $floorLoad–$maxLoad climbs $loads at ×1.25",
    ({ loads, ...limits }) => {
      const { steps } = answer(createLadder(options({ ...limits, depth: "standard" })), upTo(1000));
      expect(loadsOf(steps)).toEqual(loads);
    },
  );

  test("with no room for a pair asks nothing", () => {
    const ladder = createLadder(options({ startLoad: 1, floorLoad: 1, maxLoad: 1 }));
    expect(ladder.ask()).toMatchObject({
      result: { verdict: "inconclusive", capacity: null, flags: ["plan-limited"] },
    });
    expect(ladder.stop("by hand")).toMatchObject({ verdict: "inconclusive" });
  });

  test("stopped by hand names its bounds once it has both, and repeats an answer it gave", () => {
    const ladder = createLadder(options());
    const next = () => {
      const asked = ladder.ask();
      if ("step" in asked) ladder.tell(upTo(30)(asked.step));
    };
    expect(createLadder(options()).stop("by hand", "interrupted")).toMatchObject({
      verdict: "inconclusive",
      capacity: null,
      flags: ["interrupted"],
    });
    next();
    next();
    const stopped = ladder.stop("stopped by hand", "interrupted");
    expect(stopped).toMatchObject({ verdict: "measured", capacity: { value: 20, high: 40 } });
    expect(ladder.ask()).toEqual({ result: stopped });
    expect(ladder.stop("again")).toBe(stopped);
    expect(ladder.state().remainingMs).toBe(0);
    expect(() => ladder.tell(drained)).toThrow("ended");
  });

  test("does not take a drain for an answer", () => {
    expect(() => createLadder(options()).tell(drained)).toThrow("answered by a drain");
  });
});

describe("whatever it is told, a ladder", () => {
  const anyLimits = fc
    .tuple(
      fc.double({ min: 1, max: 50, noNaN: true }),
      fc.double({ min: 0, max: 500, noNaN: true }),
      fc.double({ min: 0.1, max: 800, noNaN: true }),
      fc.constantFrom(...DEPTHS),
    )
    .map(([floorLoad, above, startLoad, depth]) =>
      options({ floorLoad, maxLoad: floorLoad + above, startLoad, depth }),
    );
  const anyOutcome = fc.record({
    // Mostly good: else it would never climb far.
    good: fc.constantFrom(true, true, true, false),
    valid: fc.constantFrom(true, true, true, false),
    badRatio: fc.double({ min: 0, max: 1, noNaN: true }),
    harmSec: fc.double({ min: 0, max: 10, noNaN: true }),
    empty: fc.constantFrom(false, false, false, true),
  });
  const anyTale = fc.array(anyOutcome, { minLength: 1, maxLength: 60 });
  type Tale = readonly {
    readonly good: boolean;
    readonly valid: boolean;
    readonly badRatio: number;
    readonly harmSec: number;
    readonly empty: boolean;
  }[];

  function tell(limits: SearchOptions, tale: Tale, look: (step: Step) => void = () => {}) {
    const ladder = createLadder(limits);
    let told = 0;
    const graded = answer(ladder, (step) => {
      look(step);
      if (told > 2000) throw new Error("it does not end");
      const { empty, harmSec, ...change } = tale.at(told++ % tale.length)!;
      const observation = seen(step, change, harmSec);
      return empty ? { ...observation, windows: [] } : observation;
    });
    return { ladder, ...graded };
  }

  test("ends with an answer that fits the contract, its bounds in order", () => {
    fc.assert(
      fc.property(anyLimits, anyTale, (limits, tale) => {
        const { result } = tell(limits, tale);
        AxisResult.parse({ id: "link", unit: "Units", ...result });
        if (result.capacity === null) return;
        const { low, value, high, rated } = result.capacity;
        expect(low).toBeLessThanOrEqual(value);
        expect(rated ?? 0).toBeLessThanOrEqual(value);
        expect(high ?? Infinity).toBeGreaterThan(value);
        const harmless = result.harmSec <= limits.harmCeilingSec;
        expect(harmless && result.flags.includes("harm-ceiling")).toBe(false);
      }),
    );
  });

  test("asks for whole pairs only, from the floor to the ceiling", () => {
    fc.assert(
      fc.property(anyLimits, anyTale, (limits, tale) => {
        for (const load of loadsOf(tell(limits, tale).steps)) {
          expect(load % 2).toBe(0);
          expect(load).toBeGreaterThanOrEqual(limits.floorLoad);
          expect(load).toBeLessThanOrEqual(limits.maxLoad);
        }
      }),
    );
  });

  test("gives the same answer to the same observations", () => {
    fc.assert(
      fc.property(anyLimits, anyTale, (limits, tale) => {
        const [first, again] = [tell(limits, tale), tell(limits, tale)];
        expect(again.result).toEqual(first.result);
        expect(again.steps).toEqual(first.steps);
      }),
    );
  });

  test("never says that more time is left than before, nor less than its holds will take", () => {
    fc.assert(
      fc.property(anyLimits, anyTale, (limits, tale) => {
        const ladder = createLadder(limits);
        const clean = tale.map((outcome) => ({ ...outcome, valid: true, empty: false }));
        const left: number[] = [];
        const holds: number[] = [];
        answer(ladder, (step) => {
          left.push(ladder.state().remainingMs);
          holds.push((step as LoadStep).windowMs);
          const { harmSec, ...change } = clean.at((left.length - 1) % clean.length)!;
          return seen(step, change, harmSec);
        });
        expect([...left].sort((a, b) => b - a)).toEqual(left);
        const takenMs = holds.reduce((sum, holdMs) => sum + holdMs, 0);
        expect(left[0] ?? 0).toBeGreaterThanOrEqual(takenMs);
      }),
    );
  });

  test("has a sane answer to give when stopped at any point", () => {
    fc.assert(
      fc.property(anyLimits, anyTale, fc.nat(20), (limits, tale, steps) => {
        const ladder = createLadder(limits);
        for (let told = 0; told < steps; told++) {
          const asked = ladder.ask();
          if ("result" in asked) break;
          const { harmSec, ...change } = tale.at(told % tale.length)!;
          ladder.tell(seen(asked.step, change, harmSec));
          const { estimate } = ladder.state();
          expect(estimate?.high ?? 0).toBeGreaterThanOrEqual(estimate?.value ?? 0);
        }
        const result = ladder.stop("by hand", "interrupted");
        AxisResult.parse({ id: "link", unit: "Units", ...result });
        expect(ladder.ask()).toEqual({ result });
        expect(result.capacity === null).toBe(
          result.verdict === "inconclusive" || result.verdict === "failed",
        );
      }),
    );
  });
});
