import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../load/random.ts";
import { constantPace, poissonPace } from "./pacer.ts";

const rate = fc.double({ min: 0.5, max: 5000, noNaN: true });
const duration = fc.integer({ min: 100, max: 5000 });

describe("a pace", () => {
  test.each([
    [19, 1000, 19],
    [3000, 1000, 3000],
    [0.5, 10_000, 5],
  ])("of %d a second over %d ms has %d sends when constant", (perSec, durationMs, count) => {
    expect(constantPace(perSec, durationMs, Math.random)).toHaveLength(count);
  });

  test("rises and stays inside its window, constant or Poisson", () => {
    fc.assert(
      fc.property(rate, duration, fc.nat(), (perSec, durationMs, seed) => {
        for (const pace of [constantPace, poissonPace]) {
          const offsets = pace(perSec, durationMs, seededRandom(seed));
          const rising = offsets.every((offset, i) => i === 0 || offset > (offsets[i - 1] ?? 0));
          expect(rising).toBe(true);
          expect(offsets[0] ?? 0).toBeGreaterThanOrEqual(0);
          expect(offsets.at(-1) ?? 0).toBeLessThan(durationMs);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("is Poisson: mean and variance of the counts agree", () => {
    const counts = Array.from(
      { length: 4000 },
      (_, seed) => poissonPace(50, 1000, seededRandom(seed)).length,
    );
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    const variance = counts.reduce((sum, c) => sum + (c - mean) ** 2, 0) / (counts.length - 1);
    expect(mean).toBeCloseTo(50, 0);
    expect(variance / mean).toBeGreaterThan(0.9);
    expect(variance / mean).toBeLessThan(1.1);
  });
});
