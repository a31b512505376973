import { assert, integer, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { bucketBoundsUs, bucketMs, bucketOf, mergeHistograms, quantilesMs } from "./histogram.ts";

describe("bucketOf", () => {
  test.each([
    [0, 0],
    [127, 127],
    [128, 128],
    [129, 128],
    [130, 129],
    [255, 191],
    [256, 192],
    [1000, 128 + 2 * 64 + 61],
  ])("puts %i µs into bucket %i", (us, bucket) => {
    expect(bucketOf(us)).toBe(bucket);
  });

  test("puts every duration between the bounds of its own bucket", () => {
    assert(
      property(integer({ min: 0, max: 60_000_000 }), (us) => {
        const [lower, upper] = bucketBoundsUs(bucketOf(us));
        expect(us).toBeGreaterThanOrEqual(lower);
        expect(us).toBeLessThan(upper);
      }),
    );
  });

  test("is read back within one per cent", () => {
    assert(
      property(integer({ min: 128, max: 60_000_000 }), (us) => {
        expect(Math.abs(bucketMs(bucketOf(us)) * 1000 - us) / us).toBeLessThan(0.01);
      }),
    );
  });

  test("leaves no gap between neighbouring buckets", () => {
    for (let bucket = 0; bucket < 1000; bucket++) {
      expect(bucketBoundsUs(bucket)[1]).toBe(bucketBoundsUs(bucket + 1)[0]);
    }
  });
});

describe("quantilesMs", () => {
  test("finds nothing in nothing", () => {
    expect(quantilesMs(mergeHistograms([]), [0.5])).toBeNull();
  });

  test("reads quantiles over histograms of several streams", () => {
    const counts = mergeHistograms([
      { buckets: [10, 100], counts: [40, 10] },
      { buckets: [10, 120], counts: [49, 1] },
    ]);
    expect(quantilesMs(counts, [0.5, 0.95, 0.99, 1])).toEqual([0.01, 0.1, 0.1, 0.12]);
  });
});
