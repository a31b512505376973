const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * Time that flows faster in busy hours: a process that is the same all day in flat time follows
 * the day's shape on the clock. Both count from the first midnight.
 */
export interface DayWarp {
  readonly toFlat: (clockMs: number) => number;
  readonly toClock: (flatMs: number) => number;
}

export function dayWarp(weights: readonly number[]): DayWarp {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  /** Flat time at the beginning of each hour, and at the end of the day. */
  const begins = [0];
  for (const weight of weights) {
    begins.push((begins.at(-1) ?? 0) + (weight / total) * DAY_MS);
  }
  const begin = (hour: number): number => begins[hour] ?? DAY_MS;
  return {
    toFlat(clockMs) {
      const day = Math.floor(clockMs / DAY_MS);
      const inDay = clockMs - day * DAY_MS;
      const hour = Math.min(23, Math.floor(inDay / HOUR_MS));
      const share = inDay / HOUR_MS - hour;
      return day * DAY_MS + begin(hour) + share * (begin(hour + 1) - begin(hour));
    },
    toClock(flatMs) {
      const day = Math.floor(flatMs / DAY_MS);
      const inDay = flatMs - day * DAY_MS;
      let hour = 0;
      while (hour < 23 && begin(hour + 1) <= inDay) hour += 1;
      const length = begin(hour + 1) - begin(hour);
      const share = length === 0 ? 0 : (inDay - begin(hour)) / length;
      return day * DAY_MS + (hour + share) * HOUR_MS;
    },
  };
}

/** Whole days that a shape needs to be told from chance. */
const LEAST_DAYS = 2;
/** Chi-squared of 23 degrees of freedom is hardly ever above it. */
const SURPRISING = 60;
const LEAST_MESSAGES = 240;

/** Weight of each hour with mean 1, or undefined where an even day explains what was seen. */
export function fitDayShape(
  clockMs: readonly number[],
  fromMs: number,
  spanMs: number,
): readonly number[] | undefined {
  if (spanMs < LEAST_DAYS * DAY_MS || clockMs.length < LEAST_MESSAGES) return undefined;
  const endMs = fromMs + Math.floor(spanMs / DAY_MS) * DAY_MS;
  const counts = Array.from({ length: 24 }, () => 0);
  for (const atMs of clockMs) {
    if (atMs >= endMs) continue;
    const hour = Math.floor((((atMs % DAY_MS) + DAY_MS) % DAY_MS) / HOUR_MS);
    counts[hour] = (counts[hour] ?? 0) + 1;
  }
  const mean = counts.reduce((sum, count) => sum + count, 0) / 24;
  const chiSquared = counts.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0);
  if (chiSquared < SURPRISING) return undefined;
  return counts.map((count) => Math.round((count / mean) * 100) / 100);
}
