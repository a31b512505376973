import { describe, expect, test } from "vitest";
import type { Objective } from "#grader/contracts/objective.ts";
import { seededRandom } from "../load/random.ts";
import { toTrials } from "../measure/to-trial.ts";
import type { Pacer } from "../plan/pacer.ts";
import { pacerOf } from "../plan/pace.ts";
import { QueueDriver } from "../test/queue-driver.ts";
import { skippingClock } from "../test/skipping-clock.ts";
import { type LoadStep, measureStep } from "./measure-step.ts";

const objective: Objective = {
  axis: "relay",
  deadlineMs: 250,
  maxBadRatio: 0.01,
  maxLostRatio: 0.0001,
  maxGrowthRatio: 0.01,
  growthSlack: 10,
};

const step: LoadStep = {
  kind: "load",
  phase: "soak",
  load: 100,
  settleMs: 0,
  windowMs: 2000,
  windows: 5,
  curtail: false,
  growthRule: false,
  toTheEnd: true,
};

async function drive(
  perSec: number,
  pacer: Pacer,
  onTick: (driver: QueueDriver, atMs: number, stop: () => void) => void = () => {},
) {
  const clock = skippingClock();
  const driver = new QueueDriver({ perSec, clock });
  const beganAtMs = clock.now();
  const stop = new AbortController();
  const driven = await measureStep(step, 0, {
    driver,
    onLateness: () =>
      onTick(driver, clock.now() - beganAtMs, () => stop.abort(new Error("by hand"))),
    objective,
    clock,
    pacer,
    openWake: clock.openWake,
    openProbe: clock.openProbe,
    signal: stop.signal,
    random: (segment) => seededRandom(1, segment),
  });
  return toTrials(driven, step, { runId: "r", objective, stepNumber: 0, firstIndex: 0 });
}

const even = pacerOf({ kind: "steady", perSec: 100, arrivals: "constant" }, 1);

describe("a step of given load", () => {
  test("drives every window, overloaded or not", async () => {
    const trials = await drive(40, even);
    expect(trials.map(({ intended }) => intended)).toEqual([200, 200, 200, 200, 200]);
    expect(trials.every(({ verdict, hard }) => verdict === "bad" && hard)).toBe(true);
  });

  test("is not ended by having no session left for a while", async () => {
    const trials = await drive(500, even, (driver, atMs) => {
      driver.broken = atMs > 3000 && atMs < 6000 ? "every session was closed" : null;
    });
    expect(trials).toHaveLength(5);
  });

  test("asks its pacer for one schedule over all windows", async () => {
    const ramp = { kind: "ramp", fromPerSec: 0, toPerSec: 100, overMs: 10_000 } as const;
    const trials = await drive(500, pacerOf({ ...ramp, arrivals: "constant" }, 1));
    expect(trials.map(({ intended }) => intended)).toEqual([20, 60, 100, 140, 180]);
  });

  test("stopped by hand waits for what it sent last", async () => {
    const trials = await drive(500, even, (_driver, atMs, stop) => {
      if (atMs > 3000) stop();
    });
    expect(trials).toHaveLength(2);
    expect(trials[1]).toMatchObject({ curtailed: true, pending: 0 });
    expect(trials[1]?.good).toBe(trials[1]?.intended);
  });
});
