import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AXIS_IDS, type AxisId } from "../contracts/axis.ts";
import { Trial } from "../contracts/trial.ts";
import { jointResult, notMeasured } from "./joint-result.ts";
import { jointTrial, type Share } from "./joint-trial.ts";
import { loadOf } from "./joint-load.ts";
import { measured } from "./axis-result.suite.ts";
import { createWaveSearch } from "../capacity/search.ts";
import { plannedJoint } from "./joint-load.ts";

const UNITS = 1000;

/** A good share of a window of ten seconds. */
function share(axis: AxisId, change: Partial<Omit<Trial, "axis">> = {}): Share {
  const load = loadOf(axis, UNITS);
  const planned = axis === "link" ? UNITS : Math.round(load * 10);
  return {
    runId: "r",
    axis,
    index: 4,
    step: 2,
    phase: "refine",
    load,
    startedAtMs: 1000,
    measuredMs: 10_000,
    stepElapsedMs: 13_000,
    planned,
    intended: planned,
    sent: planned,
    acknowledged: planned,
    good: planned,
    late: 0,
    lost: 0,
    errors: 0,
    unsent: 0,
    pending: 0,
    duplicated: 0,
    reordered: 0,
    inFlightStart: 0,
    inFlightEnd: 0,
    deliveredPerSec: load,
    errorClasses: {},
    curtailed: false,
    hard: false,
    verdict: "good",
    reason: "no message missed the deadline",
    health: {
      latenessP50Ms: 0,
      latenessP99Ms: 1,
      latenessP999Ms: 2,
      unsentRatio: 0,
      loopDelayMaxMs: 3,
      cpuRatio: 0.2,
      rssBytes: 1,
      openSockets: 1,
    },
    ...change,
  };
}

const bad = (axis: AxisId, change: Partial<Omit<Trial, "axis">> = {}): Share => {
  const { planned } = share(axis);
  const late = Math.ceil(planned / 10);
  const counts = { good: planned - late, late };
  return share(axis, { ...counts, verdict: "bad", reason: "10 % missed the deadline", ...change });
};
const five = AXIS_IDS.map((axis) => share(axis));
const but = (other: Share) => five.map((one) => (one.axis === other.axis ? other : one));

describe("a joint window", () => {
  test("is good when every axis' share is, and keeps to the contract", () => {
    const trial = jointTrial(UNITS, five);
    expect(trial).toMatchObject({ axis: "joint", load: UNITS, verdict: "good" });
    expect(trial.parts?.map(({ axis }) => axis)).toEqual([...AXIS_IDS]);
    expect(Trial.parse(trial)).toEqual(trial);
  });

  test.each(AXIS_IDS)("is bad as soon as %s is, which its reason names", (axis) => {
    const trial = jointTrial(UNITS, but(bad(axis, { hard: true, curtailed: true })));
    expect(trial).toMatchObject({ verdict: "bad", hard: true, curtailed: true });
    expect(trial.reason.toLowerCase()).toContain(`${axis}: 10 % missed`);
  });

  test("names the axis that broke hard before one that missed by more", () => {
    const two = but(bad("api", { hard: true })).map((one) =>
      one.axis === "relay" ? bad("relay", { good: 0, late: 1000 }) : one,
    );
    expect(jointTrial(UNITS, two).reason).toMatch(/^API/);
  });

  test("does not count when the generator spoiled any share, however bad another", () => {
    const spoiled = share("base", { verdict: "invalid", reason: "sends were late" });
    const shares = but(spoiled).map((one) => (one.axis === "api" ? bad("api") : one));
    expect(jointTrial(UNITS, shares)).toMatchObject({
      verdict: "invalid",
      reason: "Base: sends were late",
    });
  });

  test("passes over an axis too thin to have had a message due", () => {
    const nothing = { planned: 0, intended: 0, sent: 0, acknowledged: 0, good: 0 };
    const silent = share("api", { ...nothing, verdict: "invalid", reason: "no message" });
    const trial = jointTrial(UNITS, but(silent));
    expect(trial.verdict).toBe("good");
    expect(trial.parts?.at(-1)).toMatchObject({ verdict: "good", reason: "no message was due" });
  });

  test("serves as many Units as the axis that was served least", () => {
    const slow = share("store", { deliveredPerSec: loadOf("store", 700) });
    expect(jointTrial(UNITS, but(slow)).deliveredPerSec).toBeCloseTo(700);
  });

  test("adds up messages and leaves the Units of Link to its part", () => {
    const trial = jointTrial(UNITS, five);
    const messages = five.filter(({ axis }) => axis !== "link");
    expect(trial.planned).toBe(messages.reduce((sum, { planned }) => sum + planned, 0));
    expect(trial.parts?.[0]).toMatchObject({ axis: "link", planned: UNITS });
  });
});

test("nothing is lost between the shares and the whole", () => {
  const ends = fc.record({
    good: fc.nat(500),
    late: fc.nat(50),
    lost: fc.nat(50),
    errors: fc.nat(50),
    unsent: fc.nat(50),
    pending: fc.nat(50),
  });
  const shares = fc.array(ends, { minLength: 4, maxLength: 4 }).map((four) =>
    four.map((end, i) => {
      const intended = Object.values(end).reduce((sum, many) => sum + many, 0);
      return share(AXIS_IDS[i + 1] ?? "api", { ...end, intended, planned: intended + 3 });
    }),
  );
  fc.assert(
    fc.property(shares, (four) => {
      const { intended, good, late, lost, errors, unsent, pending } = jointTrial(UNITS, four);
      expect(good + late + lost + errors + unsent + pending).toBe(intended);
    }),
  );
});

describe("the joint result", () => {
  const search = createWaveSearch(
    plannedJoint({ depth: "quick", maxLoad: 2000, harmCeilingSec: 60, coolMs: 0 }, []),
  );
  const found = { ...search.stop("stopped"), limitedBy: "resource" } as const;

  test("names the axis that broke most windows, those spoiled left out", () => {
    const trials = [
      jointTrial(UNITS, but(bad("base"))),
      jointTrial(UNITS, but(bad("base"))),
      jointTrial(UNITS, but(bad("api"))),
      jointTrial(UNITS, but(share("link", { verdict: "invalid" }))),
    ];
    const result = jointResult(found, trials, []);
    expect(result).toMatchObject({ weakest: "base", limitedBy: "resource", unit: "Units" });
    expect(result.shares.find(({ axis }) => axis === "base")).toEqual({
      axis: "base",
      windows: 3,
      broke: 2,
    });
    expect(result.reason).toMatch(/Base missed its objective in 2 of 3 windows\.$/);
  });

  test("is a policy's where the axis that broke is stopped by one alone", () => {
    const trials = [jointTrial(UNITS, but(bad("link")))];
    const alone = [measured("link", 2000, { limitedBy: "policy" })];
    expect(jointResult(found, trials, alone).limitedBy).toBe("policy");
  });

  test("names nobody when nothing broke, or when it did not take place", () => {
    expect(jointResult(found, [jointTrial(UNITS, five)], []).weakest).toBeNull();
    expect(notMeasured("API has no answer of its own")).toMatchObject({
      verdict: "inconclusive",
      weakest: null,
      flags: ["not-measured"],
    });
  });
});
