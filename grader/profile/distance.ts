/** How far two distributions lie apart. Samples are sorted, rising. */

/** Kolmogorov–Smirnov: the largest difference of a sample's distribution from a model's, 0 to 1. */
export function ksAgainst(sorted: readonly number[], below: (value: number) => number): number {
  const n = sorted.length;
  let most = 0;
  for (let i = 0; i < n; i++) {
    const model = below(sorted[i] ?? 0);
    most = Math.max(most, Math.abs(model - i / n), Math.abs((i + 1) / n - model));
  }
  return most;
}

/** The same between two samples. */
export function ksBetween(a: readonly number[], b: readonly number[]): number {
  let i = 0;
  let j = 0;
  let most = 0;
  while (i < a.length && j < b.length) {
    const at = Math.min(a[i] ?? 0, b[j] ?? 0);
    while (i < a.length && (a[i] ?? 0) <= at) i += 1;
    while (j < b.length && (b[j] ?? 0) <= at) j += 1;
    most = Math.max(most, Math.abs(i / a.length - j / b.length));
  }
  return a.length === 0 || b.length === 0 ? 1 : most;
}

/** Wasserstein-1: the mean distance between equal quantiles, in the samples' own unit. */
export function wasserstein(a: readonly number[], b: readonly number[]): number {
  if (a.length === 0 || b.length === 0) return Infinity;
  const steps = Math.min(1000, Math.max(a.length, b.length));
  let sum = 0;
  for (let i = 0; i < steps; i++) {
    sum += Math.abs(quantile(a, (i + 0.5) / steps) - quantile(b, (i + 0.5) / steps));
  }
  return sum / steps;
}

/** Straight lines between the values; `share` from 0 to 1. */
export function quantile(sorted: readonly number[], share: number): number {
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const from = sorted[low] ?? 0;
  return from + (at - low) * ((sorted[low + 1] ?? from) - from);
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

export function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
}

/** Goh and Barabási (2008): −1 a clock, 0 memoryless, towards 1 bursty. */
export function burstiness(gaps: readonly number[]): number {
  const spread = deviation(gaps);
  const middle = mean(gaps);
  return spread + middle === 0 ? 0 : (spread - middle) / (spread + middle);
}

/** Distribution function of the normal; error below 1e-7 (Abramowitz and Stegun 26.2.17). */
export function normalBelow(value: number, middle: number, spread: number): number {
  if (spread === 0) return value < middle ? 0 : 1;
  const z = (value - middle) / spread;
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const series =
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const upper = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return z < 0 ? upper : 1 - upper;
}

export const exponentialBelow = (value: number, average: number): number =>
  value <= 0 ? 0 : 1 - Math.exp(-value / average);

/** At most so many of a sorted sample, evenly spread, so that large recordings stay quick. */
export function thinned(sorted: readonly number[], most: number): readonly number[] {
  if (sorted.length <= most) return sorted;
  return Array.from({ length: most }, (_, i) => quantile(sorted, (i + 0.5) / most));
}
