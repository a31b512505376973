import type { SparseHistogram } from "#harness/store/rows.ts";
import type { Quantiles } from "#grader/contracts/trial.ts";

/**
 * Log-linear histogram of durations, 1 µs to 60 s. Up to 128 µs a bucket is 1 µs wide; above, each
 * power of two has 64 buckets, so a value read back is within 0.8 % (after HdrHistogram, G. Tene).
 */
const LINEAR = 128;
const PER_OCTAVE = 64;
const MAX_US = 60_000_000;
export const BUCKETS = LINEAR + PER_OCTAVE * (25 - 7 + 1);

/** Bucket of a duration in whole microseconds. */
export function bucketOf(us: number): number {
  if (us < LINEAR) return us < 0 ? 0 : us | 0;
  const capped = us > MAX_US ? MAX_US : us | 0;
  const octave = 31 - Math.clz32(capped);
  return LINEAR + (octave - 7) * PER_OCTAVE + ((capped - (1 << octave)) >> (octave - 6));
}

/** Middle of a bucket, milliseconds. */
export function bucketMiddleMs(bucket: number): number {
  if (bucket < LINEAR) return bucket / 1000;
  const octave = 7 + Math.floor((bucket - LINEAR) / PER_OCTAVE);
  const width = 2 ** (octave - 6);
  const lower = 2 ** octave + ((bucket - LINEAR) % PER_OCTAVE) * width;
  return (lower + width / 2) / 1000;
}

/** A histogram as plain data. */
export interface HistogramValue extends SparseHistogram {
  readonly maxMs: number;
}

export class Histogram {
  /** As many as the longest duration needs so far. */
  #counts = new Uint32Array(LINEAR);
  #total = 0;
  #maxMs = 0;

  static of(value: HistogramValue): Histogram {
    const histogram = new Histogram();
    histogram.addValue(value);
    return histogram;
  }

  /** @param ms duration, milliseconds; below zero counts as zero. */
  record(ms: number): void {
    this.recordIn(bucketOf(ms * 1000), ms);
  }

  /** @param bucket the duration's, as `bucketOf` gives it. */
  recordIn(bucket: number, ms: number): void {
    if (bucket >= this.#counts.length) this.#grow(bucket);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#total++;
    if (ms > this.#maxMs) this.#maxMs = ms;
  }

  get count(): number {
    return this.#total;
  }

  get maxMs(): number {
    return this.#maxMs;
  }

  /** Value below which a share `q` (0…1) lies, milliseconds; 0 when empty. */
  quantile(q: number): number {
    if (this.#total === 0) return 0;
    const wanted = Math.max(1, Math.ceil(q * this.#total));
    let seen = 0;
    for (let bucket = 0; bucket < this.#counts.length; bucket++) {
      seen += this.#counts[bucket] ?? 0;
      if (seen >= wanted) return Math.min(bucketMiddleMs(bucket), this.#maxMs);
    }
    return this.#maxMs;
  }

  quantiles(): Quantiles | undefined {
    if (this.#total === 0) return undefined;
    const p = (q: number) => Math.round(this.quantile(q) * 1000) / 1000;
    return {
      count: this.#total,
      p50: p(0.5),
      p95: p(0.95),
      p99: p(0.99),
      max: Math.round(this.#maxMs * 1000) / 1000,
    };
  }

  add(other: Histogram): void {
    if (other.#counts.length > this.#counts.length) this.#grow(other.#counts.length - 1);
    for (let bucket = 0; bucket < other.#counts.length; bucket++) {
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) + (other.#counts[bucket] ?? 0);
    }
    this.#total += other.#total;
    this.#maxMs = Math.max(this.#maxMs, other.#maxMs);
  }

  addValue({ buckets, counts, maxMs }: HistogramValue): void {
    for (const [at, bucket] of buckets.entries()) {
      const count = counts[at] ?? 0;
      if (bucket >= this.#counts.length) this.#grow(bucket);
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count;
      this.#total += count;
    }
    this.#maxMs = Math.max(this.#maxMs, maxMs);
  }

  toValue(): HistogramValue {
    return { ...this.toSparse(), maxMs: this.#maxMs };
  }

  clear(): void {
    this.#counts.fill(0);
    this.#total = 0;
    this.#maxMs = 0;
  }

  toSparse(): SparseHistogram {
    const buckets: number[] = [];
    const counts: number[] = [];
    for (let bucket = 0; bucket < this.#counts.length; bucket++) {
      const count = this.#counts[bucket] ?? 0;
      if (count === 0) continue;
      buckets.push(bucket);
      counts.push(count);
    }
    return { buckets, counts };
  }

  #grow(bucket: number): void {
    const grown = new Uint32Array(Math.min(BUCKETS, Math.max(bucket + 1, this.#counts.length * 2)));
    grown.set(this.#counts);
    this.#counts = grown;
  }
}
