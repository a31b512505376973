import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { demandBound, meanBand, repoMean, risesFrom } from "./repo.ts";
import { isEnough, quantile, spreadOf } from "./spread.ts";

const platform = { mean: 2, sigma: 1 };
const same = (count: number, load = 5) => Array.from({ length: count }, () => load);

describe("the mean of a Repo", () => {
  test("is the prior's before any Unit is seen, and the Units' own after many", () => {
    expect(repoMean([], platform).mean).toBeCloseTo(2);
    expect(repoMean(same(10_000), platform).mean / 5).toBeCloseTo(1, 2);
  });

  test("is surer with every Unit", () => {
    const widths = [1, 3, 10, 100].map((count) => {
      const { low, high } = meanBand(repoMean(same(count), platform));
      return high / low;
    });
    expect(widths).toEqual(widths.toSorted((a, b) => b - a));
    expect(widths.at(-1)).toBeLessThan(1.5);
  });

  test("of Units that ask for nothing is nothing, whatever others ask", () => {
    expect(repoMean(same(3, 0), platform)).toEqual({ mean: 0, se2: 0, unitSpread: 0 });
    expect(demandBound(repoMean(same(3, 0), platform), 1000)).toBe(0);
  });

  test("counts silent Units as a share, and errs to the active", () => {
    const half = repoMean([...same(500), ...same(500, 0)], platform).mean;
    const all = repoMean(same(500), platform).mean;
    expect(half / all).toBeGreaterThanOrEqual(0.5);
    expect(half / all).toBeLessThan(0.52);
  });
});

const loads = fc.array(fc.double({ min: 0, max: 1e4, noNaN: true }), { maxLength: 30 });

describe("the load that many Units stay below", () => {
  test("is never below their mean, and rises with their count from where it is said to", () => {
    fc.assert(
      fc.property(loads, fc.integer({ min: 0, max: 500 }), (seen, more) => {
        const found = repoMean(seen, platform);
        const count = risesFrom(found) + more;
        const bound = demandBound(found, count);
        expect(bound).toBeGreaterThanOrEqual(count * found.mean);
        expect(demandBound(found, count + 1)).toBeGreaterThanOrEqual(bound * (1 - 1e-12));
      }),
    );
  });

  test("of no Units is nothing", () => {
    expect(demandBound(repoMean(same(3), platform), 0)).toBe(0);
  });
});

test("what an author reads: percentiles and the tail", () => {
  const { mean, p50, p80, p95, tail } = spreadOf([4, 1, 2, 3, 5]);
  expect([mean, p50, p80, p95, tail].map((value) => value?.toFixed(6))).toEqual(
    [3, 3, 4.2, 4.8, 1.6].map((value) => value.toFixed(6)),
  );
  expect(spreadOf([])).toEqual({ mean: 0, p50: 0, p80: 0, p95: 0, tail: null });
  expect(quantile([1, 3], 0.5)).toBe(2);
});

test.each([
  [3, 24, true],
  [2, 24, false],
  [3, 23.9, false],
])("%d Units in %d h are enough: %s", (units, hours, enough) => {
  expect(isEnough(units, hours)).toBe(enough);
});
