import type { SparseHistogram } from "#harness/store/rows.ts";

/**
 * The buckets of a stored histogram (harness/measure/histogram.ts writes them): up to 128 µs each
 * is 1 µs wide, above that every power of two has 64.
 */
const LINEAR = 128;
const PER_OCTAVE = 64;
const FIRST_OCTAVE = 7;

/** Bucket of a duration in whole microseconds. */
export function bucketOf(us: number): number {
  if (us < LINEAR) return Math.max(0, Math.floor(us));
  const octave = Math.floor(Math.log2(us));
  const width = 2 ** (octave - 6);
  return LINEAR + (octave - FIRST_OCTAVE) * PER_OCTAVE + Math.floor((us - 2 ** octave) / width);
}

/** Lowest duration of a bucket and the first above it, microseconds. */
export function bucketBoundsUs(bucket: number): readonly [lower: number, upper: number] {
  if (bucket < LINEAR) return [bucket, bucket + 1];
  const octave = FIRST_OCTAVE + Math.floor((bucket - LINEAR) / PER_OCTAVE);
  const width = 2 ** (octave - 6);
  const lower = 2 ** octave + ((bucket - LINEAR) % PER_OCTAVE) * width;
  return [lower, lower + width];
}

/** Where a bucket is drawn, milliseconds: its value below 128 µs, its middle above. */
export function bucketMs(bucket: number): number {
  const [lower, upper] = bucketBoundsUs(bucket);
  return bucket < LINEAR ? lower / 1000 : (lower + upper) / 2000;
}

/** Counts by bucket over several histograms. */
export function mergeHistograms(parts: Iterable<SparseHistogram>): ReadonlyMap<number, number> {
  const merged = new Map<number, number>();
  for (const { buckets, counts } of parts) {
    buckets.forEach((bucket, i) => {
      merged.set(bucket, (merged.get(bucket) ?? 0) + (counts[i] ?? 0));
    });
  }
  return merged;
}

/** The durations below which the shares `ratios` (0…1, rising) lie; null when nothing was counted. */
export function quantilesMs(
  counts: ReadonlyMap<number, number>,
  ratios: readonly number[],
): readonly number[] | null {
  const sorted = [...counts].sort(([a], [b]) => a - b);
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return null;
  const found: number[] = [];
  let seen = 0;
  for (const [bucket, count] of sorted) {
    seen += count;
    while (found.length < ratios.length && seen >= Math.ceil((ratios[found.length] ?? 1) * total)) {
      found.push(bucketMs(bucket));
    }
  }
  return found;
}
