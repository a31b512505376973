import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BUCKETS, bucketMiddleMs, bucketOf, Histogram } from "./histogram.ts";

const microseconds = fc.integer({ min: 0, max: 60_000_000 });

describe("the histogram", () => {
  test("gives every duration up to 60 s back within 1 %, or half a microsecond", () => {
    fc.assert(
      fc.property(microseconds, (us) => {
        const error = Math.abs(bucketMiddleMs(bucketOf(us)) * 1000 - us);
        expect(error).toBeLessThanOrEqual(Math.max(0.5, us * 0.01));
      }),
    );
  });

  test("keeps longer durations in longer buckets", () => {
    fc.assert(
      fc.property(microseconds, microseconds, (a, b) => {
        expect(Math.sign(bucketOf(a) - bucketOf(b)) * Math.sign(a - b)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test("never leaves its buckets", () => {
    expect(bucketOf(-5)).toBe(0);
    expect(bucketOf(1e12)).toBeLessThan(BUCKETS);
  });

  test("merges to the same quantiles as one histogram over all", () => {
    fc.assert(
      fc.property(fc.array(microseconds), fc.array(microseconds), (left, right) => {
        const [a, b, all] = [new Histogram(), new Histogram(), new Histogram()];
        for (const us of left) a.record(us / 1000);
        for (const us of right) b.record(us / 1000);
        for (const us of [...left, ...right]) all.record(us / 1000);
        a.add(b);
        expect(a.quantiles()).toEqual(all.quantiles());
        expect(a.toSparse()).toEqual(all.toSparse());
      }),
    );
  });

  test("has no quantiles while empty", () => {
    expect(new Histogram().quantiles()).toBeUndefined();
  });
});
