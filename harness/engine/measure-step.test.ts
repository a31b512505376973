import { describe, expect, test } from "vitest";
import type { Objective } from "#grader/contracts/objective.ts";
import { seededRandom } from "../load/random.ts";
import { toObservation, toTrials } from "../measure/to-trial.ts";
import { constantPace, poissonPace } from "../plan/pacer.ts";
import { QueueDriver, type QueueOptions } from "../test/queue-driver.ts";
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
  phase: "refine",
  load: 100,
  settleMs: 1000,
  windowMs: 5000,
  windows: 2,
  curtail: true,
  growthRule: true,
};

async function drive(
  queue: Omit<QueueOptions, "clock">,
  change: Partial<LoadStep> = {},
  onTick: (driver: QueueDriver, atMs: number) => void = () => {},
) {
  const clock = skippingClock();
  const asked = { ...step, ...change };
  const driver = new QueueDriver({ ...queue, clock });
  const beganAtMs = clock.now();
  const driven = await measureStep(asked, 3, {
    driver,
    onLateness: () => onTick(driver, clock.now() - beganAtMs),
    objective,
    clock,
    pacer: poissonPace,
    openWake: clock.openWake,
    openProbe: clock.openProbe,
    signal: new AbortController().signal,
    random: (segment) => seededRandom(7, segment),
  });
  const context = { runId: "r", objective, stepNumber: 3, firstIndex: 10 };
  const trials = toTrials(driven, asked, context);
  return { driven, trials, outcomes: toObservation(trials).windows, sentAtMs: driver.sentAtMs };
}

describe("a load step", () => {
  test("measures good windows back to back when the target keeps up", async () => {
    const { trials, outcomes } = await drive({ perSec: 200 });
    expect(trials.map(({ verdict }) => verdict)).toEqual(["good", "good"]);
    expect(trials.map(({ index }) => index)).toEqual([10, 11]);
    expect(outcomes.every(({ valid, hard }) => valid && !hard)).toBe(true);
    expect(trials[0]?.deliveredPerSec).toBeCloseTo(100, -1.3);
  });

  test("accounts for every message, whatever became of it", async () => {
    for (const queue of [{ perSec: 200 }, { perSec: 60 }, { perSec: 80, bufferSec: 0.2 }]) {
      const { trials } = await drive(queue);
      for (const t of trials) {
        expect(t.good + t.late + t.lost + t.errors + t.unsent + t.pending).toBe(t.intended);
      }
    }
  });

  test("stops early at overload and calls it hard", async () => {
    const { trials, driven } = await drive({ perSec: 70 });
    const last = trials.at(-1);
    expect(last?.verdict).toBe("bad");
    expect(last?.hard).toBe(true);
    expect(driven.elapsedMs).toBeLessThan(6000);
  });

  test("gives up while settling when most messages are late and the backlog grows", async () => {
    const { driven, trials } = await drive({ perSec: 20 }, { settleMs: 3000 });
    expect(driven.settleAborted).toBe(true);
    expect(trials).toHaveLength(1);
    expect(trials[0]?.reason).toContain("settling");
  });

  test("knows what a silent dropper lost, without waiting for it", async () => {
    const { trials } = await drive({ perSec: 80, bufferSec: 0.1 });
    expect(trials.reduce((sum, { lost }) => sum + lost, 0)).toBeGreaterThan(10);
    expect(trials.at(-1)?.hard).toBe(true);
  });

  test("calls a window bad when the backlog grows although no deadline was missed yet", async () => {
    // 2 % over a 250 ms deadline: five seconds later the backlog is 100 ms deep, and growing.
    const { trials } = await drive({ perSec: 980 }, { load: 1000, windows: 1, settleMs: 0 });
    expect(trials[0]?.late).toBe(0);
    expect(trials[0]?.verdict).toBe("bad");
    expect(trials[0]?.reason).toContain("in-flight grew");
  });

  test("reports what was delivered inside the window, not what came after it", async () => {
    const { trials } = await drive({ perSec: 70 });
    expect(trials.at(-1)?.deliveredPerSec).toBeGreaterThan(60);
    expect(trials.at(-1)?.deliveredPerSec).toBeLessThan(80);
  });

  test("ends an uncurtailed step at its first window of plain overload", async () => {
    const { trials } = await drive({ perSec: 50 }, { curtail: false, settleMs: 0, windows: 3 });
    expect(trials).toHaveLength(1);
    expect(trials[0]).toMatchObject({ verdict: "bad", hard: true, curtailed: false });
  });

  test("blames a target that dies while settling, never the generator", async () => {
    const { trials, outcomes } = await drive({ perSec: 500 }, { settleMs: 3000 }, (driver, at) => {
      if (at > 800) driver.broken = "every session was closed";
    });
    expect(trials).toHaveLength(1);
    expect(trials[0]).toMatchObject({ verdict: "bad", reason: "every session was closed" });
    expect(outcomes[0]).toMatchObject({ valid: true, good: false, hard: true });
  });

  test("calls a window bad when the target died in it, however little was lost by then", async () => {
    const { trials } = await drive({ perSec: 500 }, { settleMs: 0 }, (driver, at) => {
      if (at > 990) driver.broken = "every session was closed";
    });
    expect(trials).toHaveLength(1);
    expect(trials[0]).toMatchObject({ verdict: "bad", hard: true, curtailed: true });
  });

  test("calls a bad window hard when a session was closed in it", async () => {
    const queue = { perSec: 120, bufferSec: 0.05 };
    const patient = { curtail: false, settleMs: 0, windows: 1 };
    const calm = await drive(queue, patient);
    expect(calm.trials[0]).toMatchObject({ verdict: "bad", hard: false });
    const dropping = await drive(queue, patient, (driver, at) => {
      if (at > 2000) driver.dropped = 1;
    });
    expect(dropping.trials[0]).toMatchObject({ verdict: "bad", hard: true });
  });

  test("keeps overload hard where its window does not count, so that a drain follows", async () => {
    const stallAt = new Map(Array.from({ length: 20 }, (_, i) => [i * 40, 90] as const));
    const { outcomes } = await drive({ perSec: 30, stallAt }, { settleMs: 0 });
    expect(outcomes[0]).toMatchObject({ valid: false, hard: true });
  });

  test("sends nothing when the run was stopped before it began", async () => {
    const clock = skippingClock();
    const driver = new QueueDriver({ perSec: 500, clock });
    const stopped = measureStep(step, 0, {
      driver,
      objective,
      clock,
      pacer: constantPace,
      signal: AbortSignal.abort(new Error("by hand")),
      random: (segment) => seededRandom(1, segment),
      onLedger: () => {
        throw new Error("it began");
      },
    });
    await expect(stopped).rejects.toThrow("by hand");
  });

  test("blames a stalled generator on itself, never on the target", async () => {
    const { trials } = await drive({ perSec: 500, stallAt: new Map([[150, 400]]) });
    expect(trials[0]?.verdict).toBe("invalid");
    expect(trials[0]?.unsent).toBeGreaterThan(0);
    expect(trials[0]?.errorClasses).toHaveProperty("generator-late");
  });

  test("does not trust a window whose answers were timed by a clock that is not ours", async () => {
    const { trials } = await drive({ perSec: 150, skewMs: 100 }, { windows: 1 });
    expect(trials[0]).toMatchObject({ verdict: "invalid" });
    expect(trials[0]?.reason).toContain("Little's law");
  });

  test("ends at once when asked to stop, with what it has", async () => {
    const clock = skippingClock();
    const stop = new AbortController();
    const driver = new QueueDriver({ perSec: 500, clock });
    const running = measureStep({ ...step, windowMs: 60_000 }, 0, {
      driver,
      objective,
      clock,
      pacer: constantPace,
      openWake: clock.openWake,
      signal: stop.signal,
      random: (segment) => seededRandom(1, segment),
      onLateness: () => {
        if (clock.now() > 4000) stop.abort();
      },
    });
    const driven = await running;
    expect(driven.windows).toHaveLength(1);
    expect(driven.windows[0]?.curtailed).toBe(true);
  });

  test("sends at the same times for the same seed", async () => {
    const first = await drive({ perSec: 500 });
    const second = await drive({ perSec: 500 });
    expect(first.sentAtMs.length).toBeGreaterThan(1000);
    expect(second.sentAtMs).toEqual(first.sentAtMs);
  });
});
