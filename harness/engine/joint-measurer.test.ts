import { describe, expect, test } from "vitest";
import { createWaveSearch } from "#grader/capacity/search.ts";
import { windowLengthMs } from "#grader/capacity/window-length.ts";
import type { SearchResult } from "#grader/capacity/step.ts";
import type { AxisId } from "#grader/contracts/axis.ts";
import type { Objective } from "#grader/contracts/objective.ts";
import { badCount, type Trial } from "#grader/contracts/trial.ts";
import { loadOf, plannedJoint } from "#grader/grade/joint-load.ts";
import { jointResult } from "#grader/grade/joint-result.ts";
import { poissonPace } from "../plan/pacer.ts";
import { QueueDriver, type Server } from "../test/queue-driver.ts";
import { sharedClock } from "../test/shared-clock.ts";
import type { HeldSessions } from "./held-sessions.ts";
import { JointMeasurer } from "./joint-measurer.ts";
import type { LoadStep } from "./measure-step.ts";
import { ThreadEngine } from "./thread-engine.ts";

const AXES = ["relay", "store", "api"] as const;
const DEADLINES = { relay: 250, store: 2000, api: 500 } as const;
type Loaded = (typeof AXES)[number];

const objectiveOf = (axis: AxisId, deadlineMs: number): Objective => ({
  axis,
  deadlineMs,
  maxBadRatio: 0.01,
  maxLostRatio: 0.001,
  maxGrowthRatio: 0.01,
  growthSlack: 10,
});

const step = (load: number, change: Partial<LoadStep> = {}): LoadStep => ({
  kind: "load",
  phase: "wave",
  load,
  settleMs: 500,
  windowMs: 10_000,
  windows: 2,
  curtail: true,
  growthRule: true,
  ...change,
});

interface Targets {
  /** What each axis serves, in reference Units. */
  readonly units: Readonly<Record<Loaded, number>>;
  /** Messages a second that all of them share instead. */
  readonly sharedPerSec?: number;
  readonly sessions?: HeldSessions;
}

function open({ units, sharedPerSec, sessions }: Targets) {
  const clock = sharedClock();
  const server: Server = { freeAtMs: 0 };
  const axes = AXES.map((axis) => {
    const shared = sharedPerSec === undefined ? {} : { server };
    const perSec = sharedPerSec ?? loadOf(axis, units[axis]);
    const driver = new QueueDriver({ clock, axis, perSec, ...shared });
    const objective = objectiveOf(axis, DEADLINES[axis]);
    const { openWake, openProbe } = clock;
    const pacer = poissonPace;
    return {
      axis,
      objective,
      engine: new ThreadEngine({ driver, objective, clock, pacer, openWake, openProbe, seed: 3 }),
    };
  });
  return new JointMeasurer({ axes, sessions, clock });
}

const MANY = { relay: 9000, store: 9000, api: 90_000 } as const;
const context = (firstIndex = 0, stepNumber = 0) => ({
  runId: "r",
  stepNumber,
  firstIndex,
  signal: new AbortController().signal,
});
const partOf = (trial: Trial | undefined, axis: AxisId) =>
  trial?.parts?.find((part) => part.axis === axis);

async function search(measurer: JointMeasurer, maxLoad: number) {
  const planned = plannedJoint(
    { depth: "glance", maxLoad, harmCeilingSec: 60, coolMs: 2000 },
    AXES.map((axis) => ({ axis, windowMs: (load) => windowLengthMs(load, "glance") })),
  );
  const asking = createWaveSearch(planned);
  const trials: Trial[] = [];
  for (let number = 0; ; number++) {
    const asked = asking.ask();
    if ("result" in asked) return { result: asked.result, trials };
    const at = context(trials.length, number);
    if (asked.step.kind === "drain") {
      const { trial, observation } = await measurer.drain(asked.step, at);
      trials.push(trial);
      asking.tell(observation);
      continue;
    }
    const done = await measurer.measure(asked.step, at);
    trials.push(...done.trials);
    asking.tell(done.observation);
  }
}

describe("a joint step", () => {
  test("offers each axis what so many Units ask of it, in windows of one length", async () => {
    const { trials, observation } = await open({ units: MANY }).measure(step(1000), context());
    expect(trials).toHaveLength(2);
    expect(observation.windows.every(({ good }) => good)).toBe(true);
    for (const trial of trials) {
      expect(trial).toMatchObject({ axis: "joint", load: 1000, measuredMs: 10_000 });
      for (const axis of AXES) {
        const part = partOf(trial, axis);
        const expected = loadOf(axis, 1000) * 10;
        expect(part?.load).toBe(loadOf(axis, 1000));
        expect(Math.abs((part?.planned ?? 0) - expected)).toBeLessThan(5 * Math.sqrt(expected));
      }
    }
  });

  test("is bad when one axis is, which is named, and is cut for all at one moment", async () => {
    const units = { ...MANY, store: 700 };
    const { trials } = await open({ units }).measure(step(2000), context());
    const [trial] = trials;
    expect(trials).toHaveLength(1);
    expect(trial).toMatchObject({ verdict: "bad", curtailed: true, hard: true });
    expect(trial?.reason).toMatch(/^Store: /);
    expect(trial?.measuredMs).toBeLessThan(9000);
    const verdicts = trial?.parts?.map(({ axis, verdict }) => [axis, verdict]);
    expect(verdicts).toEqual([
      ["relay", "good"],
      ["store", "bad"],
      ["api", "good"],
    ]);
    for (const axis of AXES) {
      const part = partOf(trial, axis);
      const share = (part?.intended ?? 0) / (part?.planned ?? 1);
      expect(share).toBeLessThan(0.95);
    }
  });

  test("loses no message of any axis, however it ends", async () => {
    for (const units of [MANY, { ...MANY, relay: 900 }, { ...MANY, api: 1000 }]) {
      const { trials } = await open({ units }).measure(step(2000), context());
      for (const { parts = [] } of trials) {
        for (const part of parts) {
          const bad = part.late + part.lost + part.errors + part.unsent + part.pending;
          expect(part.good + bad).toBe(part.intended);
        }
      }
      for (const trial of trials) expect(trial.good + badCount(trial)).toBe(trial.intended);
    }
  });

  test("does not judge a thin axis on one late message", async () => {
    const units = { ...MANY, api: 600 };
    const { trials } = await open({ units }).measure(
      step(200, { windowMs: 15_000, windows: 1 }),
      context(),
    );
    expect(partOf(trials[0], "api")?.planned).toBeLessThan(40);
    expect(trials[0]?.verdict).toBe("good");
  });

  test("counts sessions that were dropped against Link, and against the whole", async () => {
    const asked: number[] = [];
    const sessions: HeldSessions = {
      objective: objectiveOf("link", 1000),
      prepare: (units) => {
        asked.push(units);
        return Promise.resolve();
      },
      missing: () => Promise.resolve(30),
    };
    const measurer = open({ units: MANY, sessions });
    await measurer.prepare(999.5, context().signal);
    const { trials } = await measurer.measure(step(999.5), context());
    expect(asked).toEqual([1000]);
    expect(trials.map(({ verdict }) => verdict)).toEqual(["good", "bad"]);
    expect(trials[1]?.reason).toBe("Link: 30 of 1000 Units were dropped");
    expect(partOf(trials[1], "link")).toMatchObject({ planned: 1000, good: 970, lost: 30 });
  });

  test("drains every axis before it says so", async () => {
    const measurer = open({ units: { ...MANY, store: 400 } });
    await measurer.measure(step(1000), context());
    const { trial, observation } = await measurer.drain(
      { kind: "drain", quietMs: 1000, maxMs: 60_000 },
      context(1, 1),
    );
    expect(observation).toMatchObject({ drained: true });
    expect(trial).toMatchObject({ axis: "joint", phase: "drain", load: 0 });
    const { trials } = await measurer.measure(step(200, { windows: 1 }), context(2, 2));
    expect(trials[0]?.verdict).toBe("good");
  });

  test("takes a second of all axes together", async () => {
    const measurer = open({ units: MANY });
    await measurer.measure(step(1000, { windows: 1 }), context());
    const { intended, good, late } = await measurer.takeSecond();
    expect(good + late).toBe(intended);
    expect(intended).toBeGreaterThan(2500);
  });
});

const near = (result: SearchResult, units: number) =>
  Math.abs((result.capacity?.value ?? 0) / units - 1);

describe("a joint search", () => {
  test("finds what the weakest of separate axes holds, and names it", async () => {
    const { result, trials } = await search(
      open({ units: { relay: 2600, store: 1500, api: 20_000 } }),
      4000,
    );
    expect(near(result, 1500)).toBeLessThan(0.15);
    expect(jointResult(result, trials, []).weakest).toBe("store");
  });

  test("finds less than any axis holds alone where they share what serves them", async () => {
    // Each alone would hold 450 messages a second: 2 250 Units of the busiest axis.
    const { result } = await search(open({ units: MANY, sharedPerSec: 450 }), 2250);
    const perUnit = AXES.reduce((sum, axis) => sum + loadOf(axis, 1), 0);
    expect(near(result, 450 / perUnit)).toBeLessThan(0.15);
  });
});
