import { expect, test } from "vitest";
import { seededRandom } from "../random.ts";
import { createNoise } from "./noise.ts";

const TAU_MS = 8000;

function levels(stepMs: number, count: number): number[] {
  const factorAt = createNoise({ sdRatio: 0.03, tauMs: TAU_MS }, seededRandom(5));
  return Array.from({ length: count }, (_, at) => Math.log(factorAt(at * stepMs)));
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

test("the capacity wanders around its nominal value by the given share", () => {
  const wandered = levels(TAU_MS * 3, 20_000);
  expect(mean(wandered)).toBeCloseTo(0, 3);
  expect(Math.sqrt(mean(wandered.map((level) => level ** 2)))).toBeCloseTo(0.03, 3);
});

test("it forgets at the rate of its correlation time, whatever the step", () => {
  for (const stepMs of [TAU_MS, 400]) {
    const wandered = levels(stepMs, 100_000);
    const lag = TAU_MS / stepMs;
    const pairs = wandered.slice(lag).map((level, at) => level * (wandered[at] ?? 0));
    expect(mean(pairs) / 0.03 ** 2).toBeCloseTo(Math.exp(-1), 1);
  }
});

test("a steady capacity does not wander", () => {
  const factorAt = createNoise({ sdRatio: 0, tauMs: TAU_MS }, seededRandom(5));
  expect([0, 1e4, 1e8].map(factorAt)).toEqual([1, 1, 1]);
});
