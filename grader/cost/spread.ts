/** What an author reads about the Units of a Repo: percentiles, and whether there is enough. */
export interface Spread {
  readonly mean: number;
  readonly p50: number;
  readonly p80: number;
  readonly p95: number;
  /** P95 ÷ mean; above 3.5 no simple bound holds. Null without load. */
  readonly tail: number | null;
}

/** Fewer Units or hours than these say nothing of a Repo. */
export const ENOUGH = { units: 3, hours: 24 } as const;
/** From here a few Units carry most of the load. */
export const HEAVY_TAIL = 3.5;

export const isEnough = (units: number, hours: number): boolean =>
  units >= ENOUGH.units && hours >= ENOUGH.hours;

export function spreadOf(loads: readonly number[]): Spread {
  const sorted = loads.toSorted((a, b) => a - b);
  const mean =
    sorted.length === 0 ? 0 : sorted.reduce((sum, load) => sum + load, 0) / sorted.length;
  const p95 = quantile(sorted, 0.95);
  return {
    mean,
    p50: quantile(sorted, 0.5),
    p80: quantile(sorted, 0.8),
    p95,
    tail: mean === 0 ? null : p95 / mean,
  };
}

/** Straight lines between the sorted values; 0 of none. */
export function quantile(sorted: readonly number[], level: number): number {
  const at = (sorted.length - 1) * level;
  const below = sorted[Math.floor(at)] ?? 0;
  const above = sorted[Math.ceil(at)] ?? below;
  return below + (above - below) * (at - Math.floor(at));
}
