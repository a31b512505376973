import { expect, test } from "vitest";
import type { SecondCounts } from "../engine/axis-measurer.ts";
import { Histogram } from "../measure/histogram.ts";
import { SecondBatch } from "./second-batch.ts";

function look(latenciesMs: readonly number[], change: Partial<SecondCounts> = {}): SecondCounts {
  const latency = new Histogram();
  for (const ms of latenciesMs) latency.record(ms);
  return {
    intended: latenciesMs.length,
    sent: latenciesMs.length,
    delivered: latenciesMs.length,
    good: latenciesMs.length,
    late: 0,
    lost: 0,
    errors: 0,
    unsent: 0,
    inFlight: 5,
    latency: latency.toSparse(),
    latencyP99Ms: latency.quantile(0.99),
    health: {
      latenessP50Ms: 1,
      latenessP99Ms: 2,
      latenessP999Ms: 3,
      unsentRatio: 0,
      loopDelayMaxMs: 4,
      cpuRatio: 0.5,
      rssBytes: 100,
      openSockets: 7,
    },
    ...change,
  };
}

test("looks add up to a second: counts summed, stock as it is now, health at its worst", () => {
  const batch = new SecondBatch();
  const { health } = look([]);
  batch.add(look([1, 2], { lost: 1, health: { ...health, latenessP99Ms: 9, cpuRatio: 0.2 } }));
  batch.add(look([300], { inFlight: 3, unsent: 2 }));
  const second = batch.take();
  expect(second).toMatchObject({ intended: 3, delivered: 3, lost: 1, unsent: 2, inFlight: 3 });
  expect(second?.health).toEqual({ ...health, latenessP99Ms: 9 });
  expect(second?.latency.counts.reduce((sum, count) => sum + count, 0)).toBe(3);
  expect(second?.latencyP99Ms).toBeCloseTo(300, -1);
});

test("what was taken is gone, and nothing is nothing", () => {
  const batch = new SecondBatch();
  expect(batch.take()).toBeUndefined();
  batch.add(look([1]));
  batch.take();
  batch.add(look([2, 2]));
  expect(batch.take()).toMatchObject({ intended: 2, latencyP99Ms: expect.closeTo(2, 1) });
});
