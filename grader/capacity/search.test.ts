import { describe, expect, test } from "vitest";
import { DEPTHS } from "../contracts/capacity.ts";
import { indexOf } from "./log-grid.ts";
import { createWaveSearch } from "./search.ts";
import { answer, grade } from "./sim/grade.ts";
import { sfc32 } from "./sim/random.ts";
import { BROKEN, SCENARIOS, TRUE_C90 } from "./sim/scenarios.ts";
import { cliff, drained, options, windowsOf } from "./sim/scripted.ts";
import type { Step } from "./step.ts";

test("a replay gives these very bytes on any engine", () => {
  const { result, steps } = answer(createWaveSearch(options()), cliff(1000));
  expect(result).toMatchInlineSnapshot(`
    {
      "activeSec": 154.047,
      "backgroundFailure": 0.040287710771906404,
      "c50": 1032.9886304784654,
      "capacity": {
        "high": 1162.9370596695567,
        "low": 854.9760704867111,
        "rated": 880.0687241078031,
        "value": 977.1047757625005,
      },
      "flags": [
        "wide",
      ],
      "harmSec": 4,
      "invalidWindows": 0,
      "limitedBy": "resource",
      "reason": "Nine windows in ten hold at 977 (855–1 160).",
      "spread": 0.04339698354939238,
      "verdict": "measured",
      "windows": 22,
    }
  `);
  expect(
    steps.flatMap((step) => (step.kind === "load" ? [indexOf(step.load)] : [])),
  ).toMatchInlineSnapshot(`
    [
      391,
      460,
      529,
      598,
      667,
      736,
      645,
      673,
      688,
      710,
      666,
      696,
      666,
      689,
      691,
      667,
      690,
      687,
    ]
  `);
});

test("a first load that is too high is quartered until one holds", () => {
  const { result } = answer(createWaveSearch(options({ startLoad: 20_000 })), cliff(900));
  expect(result.verdict).toBe("measured");
  expect(result.capacity!.low).toBeLessThan(900);
  expect(result.capacity!.high).toBeGreaterThan(900);
});

describe("windows spoiled by the generator", () => {
  test("are asked for again, and change nothing", () => {
    let asked = 0;
    const measure = cliff(1000);
    const plain = answer(createWaveSearch(options({ depth: "standard" })), measure);
    const spoiled = answer(createWaveSearch(options({ depth: "standard" })), (step) => {
      if (step.kind === "load" && ++asked % 9 === 0) {
        return windowsOf(step, { good: false, valid: false });
      }
      return measure(step);
    });
    expect(spoiled.result.invalidWindows).toBeGreaterThan(0);
    expect(spoiled.result.capacity!.value).toBe(plain.result.capacity!.value);
  });

  test("end the run when they are more than a fifth, without a number", () => {
    const random = sfc32(3);
    const { result } = grade(SCENARIOS.A, "standard", 1, {}, () => random() < 0.5);
    expect(result).toMatchObject({
      verdict: "inconclusive",
      capacity: null,
      flags: ["generator-limited"],
    });
    expect(result.reason).toContain("spoiled by the load generator");
  });

  test("end nothing while they are only two", () => {
    let spoilt = 0;
    const { result } = grade(SCENARIOS.A, "quick", 1, {}, () => ++spoilt <= 2);
    expect(result.verdict).toBe("measured");
  });
});

describe("a ceiling", () => {
  test.each([
    ["generator", "generator-limited", "generator"],
    ["policy", "policy-limited", "policy"],
    ["plan", "plan-limited", null],
  ] as const)("set by the %s is answered with 'at least' and %s", (maxLoadReason, flag, limit) => {
    const change = { maxLoad: 0.8 * TRUE_C90.A, maxLoadReason };
    const { result } = grade(SCENARIOS.A, "quick", 5, change);
    expect(result.verdict).toBe("censored");
    expect(result.flags).toEqual(["censored", flag]);
    expect(result.limitedBy).toBe(limit);
    expect(result.capacity).toMatchObject({
      value: 0.8 * TRUE_C90.A,
      high: null,
      rated: 0.8 * TRUE_C90.A,
    });
    expect(result.capacity!.low).toBeLessThanOrEqual(result.capacity!.value);
  });

  test("that holds a wave but not a soak is the bad bound", () => {
    const measure = cliff(5000);
    const { result } = answer(createWaveSearch(options({ maxLoad: 4000 })), (step) => {
      if (step.kind === "load" && step.load > 3900 && step.phase !== "wave") {
        return windowsOf(step, { good: false });
      }
      return measure(step);
    });
    expect(result.verdict).toBe("measured");
    expect(result.capacity!.value).toBeLessThan(4000);
  });
});

/** Holds any load on the target's side; costs the generator a share of a core for each message. */
const tiring = (capacity: number, coreSharePerLoad: number) => (step: Step) => {
  const seen = cliff(capacity)(step);
  if (step.kind === "drain" || seen.kind === "drain") return seen;
  const cpu = 0.05 + step.load * coreSharePerLoad;
  const ceiling = cpu < 0.22 ? {} : { generatorCeiling: (step.load * 0.65) / cpu };
  const valid = cpu <= 0.7;
  return { ...seen, ...ceiling, windows: seen.windows.map((w) => ({ ...w, valid })) };
};

describe("a generator that tires", () => {
  test("answers at least what it could offer, close below its limit, and says who was it", () => {
    const { result } = answer(createWaveSearch(options()), tiring(1e9, 1 / 30_000));
    expect(result.verdict).toBe("censored");
    expect(result.limitedBy).toBe("generator");
    expect(result.flags).toContain("generator-limited");
    // 70 % of a core is 19 500 a second, 65 % is 18 000.
    expect(result.capacity!.value).toBeGreaterThan(16_000);
    expect(result.capacity!.value).toBeLessThan(19_500);
    expect(result.capacity!.high).toBeNull();
  });

  test("still finds a capacity that lies below its limit", () => {
    const { result } = answer(createWaveSearch(options()), tiring(9000, 1 / 30_000));
    expect(result.verdict).toBe("measured");
    expect(result.capacity!.low).toBeLessThan(9000);
    expect(result.capacity!.high).toBeGreaterThan(9000);
  });

  test("never offers a load that it knows it cannot", () => {
    const { steps } = answer(createWaveSearch(options()), tiring(1e9, 1 / 30_000));
    const loads = steps.flatMap((step) => (step.kind === "load" ? [step.load] : []));
    expect(Math.max(...loads)).toBeLessThan(30_000);
  });
});

describe("a target that cannot be measured", () => {
  test("fails when no load meets the objective, within two minutes", () => {
    for (const depth of DEPTHS) {
      const { result, elapsedSec } = grade(BROKEN.impossible, depth, 1);
      expect(result).toMatchObject({ verdict: "failed", capacity: null });
      expect(result.reason).toContain("not met at any load");
      expect(elapsedSec).toBeLessThanOrEqual(120);
    }
  });

  test("that dies is left alone once a minute of silence has not brought it back", () => {
    const { result, steps, elapsedSec } = grade(BROKEN.dies, "standard", 1);
    expect(result.flags).toContain("no-recovery");
    expect(steps.at(-1)?.kind).toBe("drain");
    expect(elapsedSec).toBeLessThan(200);
  });

  test("that drains but never answers again stops after six probes", () => {
    let broken = false;
    const { result, steps } = answer(createWaveSearch(options()), (step) => {
      if (step.kind === "drain") return drained;
      broken ||= step.load > 1000;
      return windowsOf(step, { good: !broken, hard: broken });
    });
    expect(result.flags).toContain("no-recovery");
    expect(steps.filter((step) => step.kind === "load" && step.phase === "probe")).toHaveLength(6);
  });

  test("is spared once the harm ceiling is reached", () => {
    const { result, steps } = grade(SCENARIOS.G, "standard", 2, { harmCeilingSec: 3 });
    expect(result.flags).toContain("harm-ceiling");
    expect(result.harmSec).toBeGreaterThan(3);
    expect(result.harmSec).toBeLessThan(12);
    expect(steps.length).toBeLessThan(40);
  });
});

describe("stopped by hand", () => {
  test("before both bounds are known it gives no number", () => {
    const search = createWaveSearch(options());
    const asked = search.ask();
    if (!("step" in asked)) throw new Error("expected a step");
    search.tell(cliff(1000)(asked.step));
    const result = search.stop("stopped by hand", "interrupted");
    expect(result).toMatchObject({
      verdict: "inconclusive",
      capacity: null,
      flags: ["interrupted"],
      reason: "Stopped by hand; it held 49.9.",
    });
    expect(search.ask()).toEqual({ result });
    expect(() => search.tell(drained)).toThrow("ended");
    expect(search.state().remainingMs).toBe(0);
  });

  test("after that it gives a wide interval that holds the truth", () => {
    const search = createWaveSearch(options());
    const measure = cliff(1000);
    for (let i = 0; i < 14; i++) {
      const asked = search.ask();
      if ("step" in asked) search.tell(measure(asked.step));
    }
    const { verdict, flags, capacity } = search.stop("stopped by hand", "interrupted");
    expect(verdict).toBe("measured");
    expect(flags).toEqual(expect.arrayContaining(["wide", "interrupted"]));
    expect(capacity!.low).toBeLessThan(1000);
    expect(capacity!.high).toBeGreaterThan(1000);
    expect(capacity!.rated).toBeNull();
  });
});

test("its state names the bounds, the estimate and a time left that is rarely too short", () => {
  let late = 0;
  const runs = 40;
  for (let seed = 0; seed < runs; seed++) {
    const { steps, observations, elapsedSec } = grade(SCENARIOS.A, "quick", seed);
    const first = steps.at(0);
    if (first?.kind !== "load") throw new Error("expected load first");
    const search = createWaveSearch(
      options({ startLoad: first.load, maxLoad: 40_000, floorLoad: 4 }),
    );
    if (search.state().remainingMs < elapsedSec * 1000) late++;
    expect(search.state()).toMatchObject({
      phase: "wave",
      lower: null,
      upper: null,
      estimate: null,
    });
    expect(observations.length).toBe(steps.length);
  }
  expect(late).toBeLessThanOrEqual(runs * 0.1);

  const search = createWaveSearch(options());
  for (let i = 0; i < 20; i++) {
    const asked = search.ask();
    if ("step" in asked) search.tell(cliff(1000)(asked.step));
  }
  const { lower, upper, estimate } = search.state();
  expect(lower).toBeLessThanOrEqual(1000);
  expect(upper).toBeGreaterThan(1000);
  expect(estimate!.low).toBeLessThan(estimate!.high);
});
