import type { FaultProgress, SessionCounts } from "../axes/session-control.ts";
import type { SecondCounts } from "../engine/axis-measurer.ts";
import { bucketMiddleMs, Histogram, type HistogramValue } from "./histogram.ts";
import { mergeHealth } from "./merge.ts";

/** A second of one thread, as plain data. */
export interface SecondPart {
  readonly counts: SecondCounts;
  readonly lateness: HistogramValue;
  readonly unitsConnected: number;
  /** Since they are kept, not of this second alone. */
  readonly sessions: SessionCounts | undefined;
  readonly faults: readonly FaultProgress[];
}

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
] as const;

/** A second of all threads together. */
export function mergeSeconds(parts: readonly SecondPart[]): SecondCounts {
  const latency = new Histogram();
  const lateness = new Histogram();
  const counts = Object.fromEntries(COUNTS.map((key) => [key, 0])) as Record<
    (typeof COUNTS)[number],
    number
  >;
  for (const part of parts) {
    for (const key of COUNTS) counts[key] += part.counts[key];
    const { buckets, counts: perBucket } = part.counts.latency;
    const maxMs = bucketMiddleMs(buckets.at(-1) ?? 0);
    latency.addValue({ buckets, counts: perBucket, maxMs });
    lateness.addValue(part.lateness);
  }
  return {
    ...counts,
    latency: latency.toSparse(),
    latencyP99Ms: latency.quantile(0.99),
    health: mergeHealth(
      parts.map((part) => part.counts.health),
      lateness.toValue(),
      counts,
    ),
  };
}
