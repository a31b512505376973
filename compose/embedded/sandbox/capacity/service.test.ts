import { describe, expect, test } from "vitest";
import { seededRandom } from "../random.ts";
import type { ServiceModel } from "./model.ts";
import { createService } from "./service.ts";

const STEADY: ServiceModel = {
  perSec: 1000,
  bufferMs: 1000,
  noise: { sdRatio: 0, tauMs: 8000 },
  floorMedianMs: 2,
  floorSigma: 0.5,
};

interface Outcome {
  /** Sorted; a dropped piece of work is not among them. */
  readonly latenciesMs: readonly number[];
  readonly offered: number;
  readonly backlogMs: number;
}

/** Offers work at random times of a steady mean rate, in virtual time. */
function offer(model: ServiceModel, perSec: number, seconds: number, seed = 1): Outcome {
  const random = seededRandom(seed + 1000);
  const service = createService(model, seededRandom(seed));
  const latenciesMs: number[] = [];
  let nowMs = 0;
  let offered = 0;
  for (; nowMs < seconds * 1000; offered++) {
    const dueMs = service.arrive(nowMs);
    if (dueMs !== undefined) latenciesMs.push(dueMs - nowMs);
    nowMs += (-Math.log(1 - random()) * 1000) / perSec;
  }
  latenciesMs.sort((a, b) => a - b);
  return { latenciesMs, offered, backlogMs: service.backlogMs(nowMs) };
}

const quantile = ({ latenciesMs }: Outcome, q: number) =>
  latenciesMs[Math.floor(q * latenciesMs.length)] ?? Number.NaN;
const goodRatio = ({ latenciesMs, offered }: Outcome, deadlineMs: number) =>
  latenciesMs.filter((ms) => ms <= deadlineMs).length / offered;

describe("below its capacity", () => {
  test("at 90 % of it, 99 of 100 wait a few hundredths of a second at most", () => {
    const outcome = offer(STEADY, 900, 120);
    expect(quantile(outcome, 0.99)).toBeLessThan(40);
    expect(outcome.latenciesMs).toHaveLength(outcome.offered);
  });

  test("the mean wait is that of an M/G/1 queue", () => {
    const { latenciesMs } = offer({ ...STEADY, floorMedianMs: 0 }, 800, 600);
    const meanMs = latenciesMs.reduce((sum, ms) => sum + ms, 0) / latenciesMs.length;
    // Pollaczek–Khinchine: ρ/(1−ρ) · (1+cs²)/2 services of waiting, and one of service.
    expect(meanMs).toBeCloseTo((0.8 / 0.2) * (1.25 / 2) + 1, 0);
  });
});

describe("above its capacity", () => {
  test("the backlog grows by the excess", () => {
    const { backlogMs } = offer({ ...STEADY, bufferMs: 60_000 }, 1100, 30);
    expect(backlogMs / 1000).toBeGreaterThan(30 * 0.1 * 0.9);
    expect(backlogMs / 1000).toBeLessThan(30 * 0.1 * 1.1);
  });

  test("with the buffer full, what is served is the capacity and the rest is dropped", () => {
    const { latenciesMs, offered, backlogMs } = offer(STEADY, 1500, 60);
    // Besides 60 s of capacity one buffer of work is accepted.
    expect(latenciesMs.length / 1000).toBeCloseTo(61, 0);
    expect((offered - latenciesMs.length) / 60).toBeGreaterThan(460);
    expect(backlogMs).toBeGreaterThan(950);
  });
});

describe("the capacity that a measurement finds", () => {
  test.each([
    { axis: "relay", perSec: 900, bufferMs: 1000, floorMedianMs: 2, deadlineMs: 250 },
    { axis: "relay", perSec: 4000, bufferMs: 1000, floorMedianMs: 2, deadlineMs: 250 },
    { axis: "api", perSec: 120, bufferMs: 2000, floorMedianMs: 8, deadlineMs: 500 },
  ])("$axis at $perSec/s holds 99 % up to a few percent of it", ({ deadlineMs, ...model }) => {
    const goodAt = (share: number) =>
      goodRatio(offer({ ...STEADY, ...model }, model.perSec * share, 60), deadlineMs);
    expect(goodAt(0.96)).toBeGreaterThan(0.99);
    expect(goodAt(1.04)).toBeLessThan(0.99);
  });
});

test("without a limit everything takes the floor alone", () => {
  const outcome = offer({ ...STEADY, perSec: undefined }, 100, 60);
  expect(outcome.latenciesMs).toHaveLength(outcome.offered);
  expect(quantile(outcome, 0.5)).toBeGreaterThan(1.8);
  expect(quantile(outcome, 0.5)).toBeLessThan(2.3);
});

test("work leaves in the order in which it came", () => {
  const service = createService({ ...STEADY, perSec: undefined }, seededRandom(3));
  const due = Array.from({ length: 500 }, (_, at) => service.arrive(at * 0.1) ?? 0);
  expect(due).toEqual([...due].sort((a, b) => a - b));
});

test("cheap work takes its share of a service", () => {
  const service = createService({ ...STEADY, bufferMs: 60_000 }, seededRandom(4));
  for (let i = 0; i < 1000; i++) service.arrive(0, 0.1);
  expect(service.backlogMs(0)).toBeGreaterThan(95);
  expect(service.backlogMs(0)).toBeLessThan(105);
});

test("the same seed gives the same server", () => {
  const noisy = { ...STEADY, noise: { sdRatio: 0.1, tauMs: 8000 } };
  expect(offer(noisy, 950, 5, 7)).toEqual(offer(noisy, 950, 5, 7));
  expect(offer(noisy, 950, 5, 7)).not.toEqual(offer(noisy, 950, 5, 8));
});
