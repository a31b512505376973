import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AXIS_IDS, type AxisId } from "../contracts/axis.ts";
import type { JointResult } from "../contracts/capacity.ts";
import { LETTERS } from "../contracts/report.ts";
import { censored, inconclusive, measured } from "./axis-result.suite.ts";
import { gradeOf } from "./grade.ts";

const instance = { kind: "instance", depth: "standard" } as const;
const broker = { kind: "broker", depth: "standard" } as const;
const five = (units: number) => AXIS_IDS.map((id) => measured(id, units));

const joint = (units: number, changes: Partial<JointResult> = {}): JointResult => {
  const { id: _id, ...found } = measured("link", units);
  return { id: "joint", ...found, weakest: "base", shares: [], ...changes };
};
const nothingBroke = (units: number, flag: "axis-limited" | "plan-limited") =>
  joint(units, {
    verdict: "censored",
    capacity: { value: units, low: units, high: null, rated: units },
    limitedBy: null,
    weakest: null,
    flags: ["censored", flag],
  });

describe("the number", () => {
  test("is that of the weakest axis", () => {
    const grade = gradeOf([measured("link", 5000), measured("base", 1900)], instance);
    expect(grade).toMatchObject({ letter: "B", limitedBy: "base", axes: ["link", "base"] });
    expect(grade.units).toBeCloseTo(1900);
  });

  test("falls back to the interval's low end when no load passed the soak, and says so", () => {
    const unsoaked = measured("relay", 2000, {
      capacity: { value: 200, low: 180, high: 220, rated: null },
    });
    const grade = gradeOf([unsoaked], broker);
    expect(grade.units).toBe(1800);
    expect(grade.caps).toContain(
      "Relay: no load passed a soak, so the low end of the interval counts",
    );
  });

  test("has no upper end when nothing broke on the weakest axis", () => {
    const grade = gradeOf([censored("link", 500), measured("relay", 900)], broker);
    expect(grade).toMatchObject({ units: 500, low: 500, high: null, limitedBy: "link" });
    expect(grade.caps).toContain(
      "Link held all that was offered, 500 Units: the grade is a lower bound",
    );
  });

  test("keeps its upper end when nothing broke on a stronger axis", () => {
    const grade = gradeOf([censored("link", 5000), measured("relay", 900)], broker);
    expect(grade.high).toBeCloseTo(990);
  });

  test("is zero, an F, when an axis met its objective at no load", () => {
    const failed = measured("base", 0, { verdict: "failed", capacity: null });
    const grade = gradeOf([...five(5000).filter(({ id }) => id !== "base"), failed], instance);
    expect(grade).toMatchObject({ letter: "F", units: 0, limitedBy: "base" });
    expect(grade.caps[0]).toBe("Base: the objective was not met at any load");
  });

  test("leaves an inconclusive axis out: no evidence is not zero", () => {
    const grade = gradeOf([measured("link", 5000), inconclusive("relay")], broker);
    expect(grade).toMatchObject({ letter: "A", axes: ["link"] });
  });

  test("is absent without any evidence", () => {
    expect(gradeOf([inconclusive("link")], broker)).toMatchObject({
      letter: null,
      units: null,
      limitedBy: null,
      caps: ["no axis gave evidence: there is no letter"],
    });
  });
});

describe("scope and caps", () => {
  test.each([
    {
      of: [measured("link", 500), measured("relay", 500)],
      in: instance,
      scope: "partial",
      cap: "2 of 5 axes measured: the letter is provisional",
    },
    {
      of: five(500),
      in: instance,
      scope: "partial",
      cap: "axes were loaded one at a time, no joint run: the letter is provisional",
    },
    {
      of: [measured("relay", 500)],
      in: broker,
      scope: "broker",
      cap: "1 of 2 axes measured: the letter is provisional",
    },
    {
      of: five(500).slice(0, 2),
      in: broker,
      scope: "broker",
      cap: "a bare broker: the letter speaks of Link and Relay only",
    },
    {
      of: five(500),
      in: { ...instance, depth: "glance" as const },
      scope: "partial",
      cap: "glance is a first look, not publishable",
    },
    {
      of: [measured("link", 500, { limitedBy: "policy" })],
      in: broker,
      scope: "broker",
      cap: "Link stops at a configured limit, not at what the machine can do",
    },
  ])("$cap", ({ of, in: context, scope, cap }) => {
    const grade = gradeOf(of, context);
    expect(grade.caps).toContain(cap);
    expect(grade).toMatchObject({ scope, publishable: false });
  });

  test("an unstable axis caps the letter at C", () => {
    const shaky = measured("api", 20_000, { flags: ["unstable"] });
    const grade = gradeOf([measured("link", 20_000), shaky], instance);
    expect(grade.letter).toBe("C");
    expect(grade.caps).toContain("API unstable, windows fail at any load: capped from S at C");
  });

  test("an unstable axis does not lift a letter that is worse than C", () => {
    const grade = gradeOf([measured("link", 40, { flags: ["unstable"] })], broker);
    expect(grade.letter).toBe("E");
    expect(grade.caps).toContain(
      "Link unstable, windows fail at any load: the letter may not pass C",
    );
  });

  test("a letter kept from the last grade says that it was", () => {
    const grade = gradeOf([measured("link", 2900)], { ...broker, previous: "A" });
    expect(grade.letter).toBe("A");
    expect(grade.caps).toContain(
      "A kept from the last grade: the interval does not clear the step to B",
    );
  });
});

describe("the joint run", () => {
  test("makes the letter of five axes final", () => {
    const grade = gradeOf(five(2000), { ...instance, joint: joint(1200) });
    expect(grade).toMatchObject({
      letter: "B",
      units: 1200,
      limitedBy: "base",
      jointly: true,
      scope: "instance",
      publishable: true,
      caps: [],
    });
    expect(grade.low).toBeCloseTo(1080);
    expect(grade.high).toBeCloseTo(1320);
  });

  test("never lifts the number above the weakest axis alone", () => {
    const axes = [...five(5000).slice(0, 4), measured("api", 900)];
    const grade = gradeOf(axes, { ...instance, joint: nothingBroke(900, "axis-limited") });
    expect(grade).toMatchObject({ units: 900, limitedBy: "api", jointly: false, letter: "C" });
    expect(grade.high).not.toBeNull();
  });

  test("that ran out of Units leaves a lower bound that no axis limits", () => {
    const context = { ...instance, joint: nothingBroke(600, "plan-limited") };
    const grade = gradeOf(five(5000), context);
    expect(grade).toMatchObject({ units: 600, high: null, limitedBy: null, jointly: true });
    expect(grade.caps).toContain(
      "Joint held all that was offered, 600 Units: the grade is a lower bound",
    );
  });

  test.each([
    ["fewer than five axes", five(500).slice(0, 4), joint(400)],
    ["a joint run without an answer", five(500), joint(0, { verdict: "inconclusive" })],
  ] as const)("leaves the letter provisional with %s", (_, axes, found) => {
    const grade = gradeOf(axes, { ...instance, joint: found });
    expect(grade).toMatchObject({ scope: "partial", publishable: false });
    expect(grade.caps[0]).toMatch(/the letter is provisional$/);
  });

  test("is not published from a glance, nor for a bare broker", () => {
    const glance = gradeOf(five(2000), { ...instance, depth: "glance", joint: joint(1200) });
    expect(glance).toMatchObject({ scope: "instance", publishable: false });
    const bare = gradeOf(five(2000).slice(0, 2), { ...broker, joint: joint(1200) });
    expect(bare).toMatchObject({ scope: "broker", publishable: false, units: 1200 });
  });

  test("that failed at every load is an F, and an unstable one caps the letter", () => {
    const failed = joint(0, { verdict: "failed", capacity: null });
    const grade = gradeOf(five(5000), { ...instance, joint: failed });
    expect(grade).toMatchObject({ letter: "F", units: 0 });
    expect(grade.caps[0]).toBe("Joint: the objective was not met at any load");
    const shaky = joint(4000, { flags: ["unstable"] });
    expect(gradeOf(five(5000), { ...instance, joint: shaky }).letter).toBe("C");
  });
});

describe("for any axes", () => {
  const units = fc.double({ min: 1, max: 200_000, noNaN: true });
  const results = fc
    .uniqueArray(fc.tuple(fc.constantFrom(...AXIS_IDS), units, fc.boolean()), {
      selector: ([id]) => id,
      minLength: 1,
    })
    .map((axes) => axes.map(([id, n, open]) => (open ? censored(id, n) : measured(id, n))));

  test("the number never lies above the weakest axis and lies in its interval", () => {
    fc.assert(
      fc.property(results, (axes) => {
        const grade = gradeOf(axes, instance);
        const weakest = Math.min(
          ...axes.map((axis) => unitsIn(axis.id, axis.capacity?.rated ?? 0)),
        );
        expect(grade.units).toBeLessThanOrEqual(weakest + 1e-6);
        expect(grade.low).toBeLessThanOrEqual((grade.units ?? 0) + 1e-6);
        expect(grade.high ?? Infinity).toBeGreaterThanOrEqual((grade.units ?? 0) - 1e-6);
      }),
    );
  });

  test("raising one axis never worsens number, interval or letter", () => {
    fc.assert(
      fc.property(results, fc.nat(), fc.double({ min: 1, max: 50, noNaN: true }), (axes, at, k) => {
        const before = gradeOf(axes, instance);
        const raised = axes.map((axis, i) => (i === at % axes.length ? multiplied(axis, k) : axis));
        const after = gradeOf(raised, instance);
        expect(after.units).toBeGreaterThanOrEqual((before.units ?? 0) - 1e-6);
        expect(after.low).toBeGreaterThanOrEqual((before.low ?? 0) - 1e-6);
        expect(rank(after.letter)).toBeLessThanOrEqual(rank(before.letter));
      }),
    );
  });

  test("the order in which they come does not matter", () => {
    fc.assert(
      fc.property(results, (axes) => {
        expect(gradeOf(axes.toReversed(), instance)).toEqual(gradeOf(axes, instance));
      }),
    );
  });
});

function rank(letter: (typeof LETTERS)[number] | null): number {
  return letter === null ? LETTERS.length : LETTERS.indexOf(letter);
}

function unitsIn(id: AxisId, load: number): number {
  return load / ((measured(id, 1).capacity?.value ?? 1) || 1);
}

function multiplied(axis: ReturnType<typeof measured>, k: number): ReturnType<typeof measured> {
  if (axis.capacity === null) return axis;
  const { value, low, high, rated } = axis.capacity;
  return {
    ...axis,
    capacity: {
      value: value * k,
      low: low * k,
      high: high === null ? null : high * k,
      rated: rated === null ? null : rated * k,
    },
  };
}
