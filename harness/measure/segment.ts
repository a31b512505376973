import { Histogram, type HistogramValue } from "./histogram.ts";

/** Counts of a segment. Those of parts measured apart add up to those of the whole. */
export interface SegmentCounts {
  /** Slots the whole segment would have, driven to its end. */
  plannedCount: number;
  /** Slots that became due; grows while the segment is driven. */
  slots: number;
  sent: number;
  /** Of the sent ones, those too small for an envelope, whose arrival is known by counts alone. */
  counted: number;
  good: number;
  late: number;
  lost: number;
  failed: number;
  unsent: number;
  /** Slots already known bad: late, failed, unsent, or unanswered past their deadline. */
  bad: number;
  duplicated: number;
  reordered: number;
  /** Of the late ones, those that came when their slot had been given up for good. */
  lateAfterFold: number;
  acknowledged: number;
  /** Completions whose moment fell inside the segment, whatever slot they belong to. */
  arrivals: number;
  inFlightStart: number;
  inFlightEnd: number;
  /** The two sides of Little's law over the segment (`InFlightBalance`), milliseconds. */
  inFlightCountedMs: number;
  inFlightTimedMs: number;
}

const COUNTS = [
  "plannedCount",
  "slots",
  "sent",
  "counted",
  "good",
  "late",
  "lost",
  "failed",
  "unsent",
  "bad",
  "duplicated",
  "reordered",
  "lateAfterFold",
  "acknowledged",
  "arrivals",
  "inFlightStart",
  "inFlightEnd",
  "inFlightCountedMs",
  "inFlightTimedMs",
] as const satisfies readonly (keyof SegmentCounts)[];

/** One window's (or the settle's) run of slots, and what is known of it while it runs. */
export interface Segment extends SegmentCounts {
  readonly judged: boolean;
  readonly startedAtMs: number;
  readonly firstSlot: number;
  endedAtMs: number;
  readonly errorClasses: Map<string, number>;
  /** Done minus intended send time. */
  readonly latency: Histogram;
  /** Done minus sent. */
  readonly service: Histogram;
  /** Handed to the socket minus intended send time. */
  readonly lateness: Histogram;
}

/** A segment as plain data: it can be posted to another thread, and added to others. */
export interface SegmentValue extends Readonly<SegmentCounts> {
  readonly judged: boolean;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly errorClasses: Readonly<Record<string, number>>;
  readonly latency: HistogramValue;
  readonly service: HistogramValue;
  readonly lateness: HistogramValue;
}

const noCounts = (): SegmentCounts => ({
  plannedCount: 0,
  slots: 0,
  sent: 0,
  counted: 0,
  good: 0,
  late: 0,
  lost: 0,
  failed: 0,
  unsent: 0,
  bad: 0,
  duplicated: 0,
  reordered: 0,
  lateAfterFold: 0,
  acknowledged: 0,
  arrivals: 0,
  inFlightStart: 0,
  inFlightEnd: 0,
  inFlightCountedMs: 0,
  inFlightTimedMs: 0,
});

export function newSegment(
  facts: Pick<Segment, "judged" | "startedAtMs" | "plannedCount" | "firstSlot">,
): Segment {
  return {
    ...noCounts(),
    ...facts,
    endedAtMs: facts.startedAtMs,
    errorClasses: new Map(),
    latency: new Histogram(),
    service: new Histogram(),
    lateness: new Histogram(),
  };
}

export function segmentValue(segment: Segment): SegmentValue {
  const { judged, startedAtMs, endedAtMs, errorClasses, latency, service, lateness } = segment;
  const counts = noCounts();
  for (const key of COUNTS) counts[key] = segment[key];
  return {
    ...counts,
    judged,
    startedAtMs,
    endedAtMs,
    errorClasses: Object.fromEntries(errorClasses),
    latency: latency.toValue(),
    service: service.toValue(),
    lateness: lateness.toValue(),
  };
}

/**
 * One segment from its parts, as measured at the same time in several threads, in any order. The
 * parts' times are of one clock. There must be at least one.
 */
export function mergeSegments(parts: readonly SegmentValue[]): SegmentValue {
  const counts = noCounts();
  const errorClasses: Record<string, number> = {};
  for (const part of parts) {
    for (const key of COUNTS) counts[key] += part[key];
    for (const [name, count] of Object.entries(part.errorClasses)) {
      errorClasses[name] = (errorClasses[name] ?? 0) + count;
    }
  }
  return {
    ...counts,
    judged: parts.some(({ judged }) => judged),
    startedAtMs: Math.min(...parts.map(({ startedAtMs }) => startedAtMs)),
    endedAtMs: Math.max(...parts.map(({ endedAtMs }) => endedAtMs)),
    errorClasses,
    latency: merged(parts.map(({ latency }) => latency)),
    service: merged(parts.map(({ service }) => service)),
    lateness: merged(parts.map(({ lateness }) => lateness)),
  };
}

function merged(parts: readonly HistogramValue[]): HistogramValue {
  const whole = new Histogram();
  for (const part of parts) whole.addValue(part);
  return whole.toValue();
}

/** Still unanswered: counted bad, not lost. */
export const pendingOf = (s: SegmentValue): number =>
  s.slots - s.good - s.late - s.lost - s.failed - s.unsent;
