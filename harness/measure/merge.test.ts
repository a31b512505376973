import { describe, expect, test } from "vitest";
import type { GeneratorHealth } from "#grader/contracts/trial.ts";
import { Conductor } from "../engine/conductor.ts";
import type { LoadStep } from "../engine/measure-step.ts";
import type { DrivenPart } from "../engine/step-part.ts";
import type { Tally } from "../engine/tally.ts";
import { Histogram } from "./histogram.ts";
import { mergeHealth, wholeStep } from "./merge.ts";
import { newSegment, segmentValue } from "./segment.ts";

const health: GeneratorHealth = {
  latenessP50Ms: 0,
  latenessP99Ms: 0,
  latenessP999Ms: 0,
  unsentRatio: 0,
  loopDelayMaxMs: 1,
  cpuRatio: 0.1,
  rssBytes: 1000,
  openSockets: 5,
};

/** What a thread drove: so many good messages in each of its segments, so long stalls after each. */
function part(good: readonly number[], stallsMs: readonly number[], afterMs: number): DrivenPart {
  const segments = good.map((count, number) => {
    const facts = { judged: true, startedAtMs: 1000 * number, plannedCount: count };
    const segment = newSegment({ ...facts, firstSlot: 0 });
    segment.slots = count;
    segment.good = count;
    for (let i = 0; i < count; i++) segment.lateness.record(i);
    const loopDelayMaxMs = stallsMs[number] ?? 0;
    return {
      segment: segmentValue(segment),
      startedAtWallMs: 5000 + number,
      unsentByUs: 1,
      health: { ...health, loopDelayMaxMs },
    };
  });
  return { segments, healthAfter: { ...health, loopDelayMaxMs: afterMs } };
}

const step: LoadStep = {
  kind: "load",
  phase: "wave",
  load: 1,
  settleMs: 0,
  windowMs: 1000,
  windows: 3,
  curtail: false,
  growthRule: false,
};

const end = (segment: number, failed: number): Tally => ({
  segment,
  look: 2,
  moment: "end",
  judged: true,
  atMs: 1000,
  endMs: 1000,
  planned: 100,
  slots: 100,
  bad: failed,
  lost: 0,
  failed,
  recentBad: 0,
  recentSettled: 0,
  inFlight: 0,
  inFlightBefore: 0,
  dropped: 0,
  broken: null,
});

describe("a step of several threads", () => {
  test("is the sum of their segments, without what began after its end was decided", () => {
    const conductor = new Conductor({ step, maxBadRatio: 0.01, leadMs: 100 });
    conductor.hear(end(0, 0), 1000);
    conductor.hear(end(1, 90), 2000);
    const parts = [part([10, 20, 5], [1, 2, 30], 4), part([1, 2], [3, 1], 7)];
    const { windows } = wholeStep(conductor, parts, 2500);
    expect(windows.map(({ segment }) => segment.good)).toEqual([11, 22]);
    expect(windows.map(({ unsentByUs }) => unsentByUs)).toEqual([2, 2]);
    expect(windows.map(({ hard }) => hard)).toEqual([false, true]);
    expect(windows[0]?.health).toMatchObject({ openSockets: 10, loopDelayMaxMs: 3 });
  });

  test("blames its last window for a stall that came while its answers did", () => {
    const conductor = new Conductor({ step, maxBadRatio: 0.01, leadMs: 100 });
    conductor.hear(end(0, 90), 1000);
    const stalls = [
      [part([1, 1], [1, 40], 2), part([1], [1], 3)],
      [part([1], [1], 2), part([1], [1], 50)],
    ].map((parts) => wholeStep(conductor, parts, 1).windows[0]?.health.loopDelayMaxMs);
    expect(stalls).toEqual([40, 50]);
  });
});

describe("the health of several threads", () => {
  test("is that of the worst, with the lateness of all their sends", () => {
    const lateness = new Histogram();
    for (let ms = 1; ms <= 100; ms++) lateness.record(ms);
    const busy = { ...health, cpuRatio: 0.6, loopDelayMaxMs: 2 };
    const stalled = { ...health, cpuRatio: 0.2, loopDelayMaxMs: 9 };
    const merged = mergeHealth([busy, stalled], lateness.toValue(), { intended: 100, unsent: 5 });
    expect(merged).toMatchObject({ cpuRatio: 0.6, loopDelayMaxMs: 9, unsentRatio: 0.05 });
    expect(merged.openSockets).toBe(10);
    expect(merged.latenessP99Ms).toBeCloseTo(99, -1);
  });
});
