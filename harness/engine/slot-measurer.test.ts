import { describe, expect, test } from "vitest";
import { createWaveSearch } from "#grader/capacity/search.ts";
import type { Observation } from "#grader/capacity/step.ts";
import type { Objective } from "#grader/contracts/objective.ts";
import type { Trial } from "#grader/contracts/trial.ts";
import { toObservation } from "../measure/to-trial.ts";
import { poissonPace } from "../plan/pacer.ts";
import { QueueDriver, type QueueOptions } from "../test/queue-driver.ts";
import { type SkippingClock, skippingClock } from "../test/skipping-clock.ts";
import { SlotMeasurer } from "./slot-measurer.ts";
import { ThreadEngine } from "./thread-engine.ts";

const objective: Objective = {
  axis: "relay",
  deadlineMs: 250,
  maxBadRatio: 0.01,
  maxLostRatio: 0.001,
  maxGrowthRatio: 0.01,
  growthSlack: 10,
};

const search = () =>
  createWaveSearch({
    depth: "glance",
    startLoad: 20,
    floorLoad: 1,
    maxLoad: 5000,
    maxLoadReason: "plan",
    windowMs: () => 5000,
    harmCeilingSec: 60,
    coolMs: 2000,
  });

function measurerOf(clock: SkippingClock, queue: Omit<QueueOptions, "clock">) {
  const driver = new QueueDriver({ ...queue, clock });
  const { openWake, openProbe } = clock;
  const pacer = poissonPace;
  const options = { driver, objective, clock, pacer, openWake, openProbe, seed: 5 };
  return new SlotMeasurer({ engine: new ThreadEngine(options), objective, clock });
}

/** Searches to the answer; gives it with all trials, in virtual time. */
async function grade(queue: Omit<QueueOptions, "clock">) {
  const measurer = measurerOf(skippingClock(), queue);
  const asking = search();
  const trials: Trial[] = [];
  const { signal } = new AbortController();
  for (let stepNumber = 0; ; stepNumber++) {
    const asked = asking.ask();
    if ("result" in asked) return { result: asked.result, trials };
    const context = { runId: "r", stepNumber, firstIndex: trials.length, signal };
    if (asked.step.kind === "drain") {
      const { trial, observation } = await measurer.drain(asked.step, context);
      trials.push(trial);
      asking.tell(observation);
    } else {
      const done = await measurer.measure(asked.step, context);
      trials.push(...done.trials);
      asking.tell(done.observation);
    }
  }
}

describe("the measurer", () => {
  test.each([
    ["a deep queue", { perSec: 300 }],
    ["a silent dropper", { perSec: 300, bufferSec: 0.1 }],
  ])("finds the capacity of %s", async (_name, queue) => {
    const { result } = await grade(queue);
    expect(result.verdict).toBe("measured");
    expect(result.capacity?.low).toBeLessThan(300);
    expect(result.capacity?.high).toBeGreaterThan(285);
    expect(Math.abs((result.capacity?.value ?? 0) / 300 - 1)).toBeLessThan(0.15);
  });

  test("stores all a search is told: from its trials it replays to the same answer", async () => {
    const { result, trials } = await grade({ perSec: 300 });
    const again = search();
    for (const observation of observationsOf(trials)) again.tell(observation);
    expect(again.ask()).toEqual({ result });
  });

  test("takes what stays out in silence for lost, and says that it drained", async () => {
    const clock = skippingClock();
    const measurer = measurerOf(clock, { perSec: 100, bufferSec: 0.05 });
    const context = {
      runId: "r",
      stepNumber: 0,
      firstIndex: 0,
      signal: new AbortController().signal,
    };
    const load = { phase: "wave", load: 200, settleMs: 0, windowMs: 2000, windows: 1 } as const;
    await measurer.measure({ kind: "load", ...load, curtail: true, growthRule: true }, context);
    const { trial, observation } = await measurer.drain(
      { kind: "drain", quietMs: 500, maxMs: 60_000 },
      context,
    );
    expect(observation).toMatchObject({ drained: true });
    expect(trial.phase).toBe("drain");
    expect(trial.stepElapsedMs).toBeGreaterThanOrEqual(1750);
    expect(trial.stepElapsedMs).toBeLessThan(60_000);
  });

  test("counts every second of a run once, over steps and drains", async () => {
    const measurer = measurerOf(skippingClock(), { perSec: 300 });
    const { signal } = new AbortController();
    const load = { phase: "wave", load: 100, settleMs: 500, windowMs: 1000, windows: 1 } as const;
    let intended = 0;
    let settled = 0;
    for (let stepNumber = 0; stepNumber < 3; stepNumber++) {
      const context = { runId: "r", stepNumber, firstIndex: stepNumber, signal };
      const done = await measurer.measure(
        { kind: "load", ...load, curtail: false, growthRule: false },
        context,
      );
      intended += done.trials.reduce((sum, trial) => sum + trial.intended, 0);
      if (stepNumber === 1) settled += (await measurer.takeSecond()).delivered;
    }
    settled += (await measurer.takeSecond()).delivered;
    expect(settled).toBeGreaterThan(intended);
    expect((await measurer.takeSecond()).delivered).toBe(0);
  });
});

/** Trials of one step belong together; a drain is a step of its own. */
function observationsOf(trials: readonly Trial[]): Observation[] {
  const steps = new Map<number, Trial[]>();
  for (const trial of trials) steps.set(trial.step, [...(steps.get(trial.step) ?? []), trial]);
  return [...steps.values()].map((ofStep) => {
    const [first] = ofStep;
    if (first?.phase !== "drain") return toObservation(ofStep);
    return { kind: "drain", drained: first.verdict === "good", elapsedMs: first.stepElapsedMs };
  });
}
