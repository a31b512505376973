import { worseHealth } from "#grader/grade/tally.ts";
import type { SecondCounts } from "./axis-measurer.ts";

const COUNTS = [
  "intended",
  "sent",
  "delivered",
  "good",
  "late",
  "lost",
  "errors",
  "unsent",
  "inFlight",
] as const satisfies readonly (keyof SecondCounts)[];

/**
 * One second of several axes: their messages added up. Latencies of unlike work do not add up, so
 * those of `lead`, the axis with the least time to spare, stand for all.
 */
export function sumSeconds(seconds: readonly SecondCounts[], lead: SecondCounts): SecondCounts {
  const counts = Object.fromEntries(
    COUNTS.map((key) => [key, seconds.reduce((sum, second) => sum + second[key], 0)]),
  ) as Pick<SecondCounts, (typeof COUNTS)[number]>;
  const health = seconds.map((second) => second.health).reduce(worseHealth);
  return { ...lead, ...counts, health };
}
