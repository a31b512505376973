import type { RayId } from "#grader/contracts/axis.ts";
import type { ReportWave } from "#grader/contracts/report.ts";
import type { EstimateDetail, EventRow } from "#harness/store/rows.ts";
import type { LiveHealth } from "./generator-light.ts";
import type { Standing } from "./standing.ts";

/** One second of a run, all its streams and generator processes together. Rates are per second. */
export interface LivePoint {
  readonly atMs: number;
  readonly axis: RayId;
  readonly phase: string;
  readonly load: number;
  readonly intended: number;
  readonly delivered: number;
  readonly late: number;
  readonly lost: number;
  readonly errors: number;
  readonly unsent: number;
  readonly latencyMs: { readonly p50: number; readonly p95: number; readonly p99: number } | null;
  readonly health: LiveHealth;
}

export type LiveWindow = Pick<
  ReportWave,
  "index" | "axis" | "phase" | "load" | "startedAtMs" | "measuredMs" | "verdict" | "reason"
>;

export type LiveEvent = Pick<EventRow, "atMs" | "kind" | "severity" | "axis" | "message">;

/** All a live screen shows, and what a poll brings: a poll holds only what is new. */
export interface LiveData {
  readonly nowMs: number;
  readonly running: boolean;
  readonly standing: Standing;
  readonly startedAtMs: number;
  readonly points: readonly LivePoint[];
  readonly windows: readonly LiveWindow[];
  /** The newest estimate of each axis, in the order the axes were begun. */
  readonly estimates: readonly EstimateDetail[];
  /** Newest first. */
  readonly events: readonly LiveEvent[];
}

/** How much of a run the live charts show. */
export const LIVE_SPAN_MS = 10 * 60_000;
/** How many lines of its log. */
export const LIVE_EVENTS = 60;

/** What a screen shows after a poll: rows that came again replace what was there. */
export function mergeLive(before: LiveData, news: LiveData): LiveData {
  const points = keyed([...before.points, ...news.points], (point) => point.atMs);
  const windows = keyed([...before.windows, ...news.windows], (window) => window.index);
  const events = keyed(
    [...news.events, ...before.events],
    (e) => `${e.atMs} ${e.kind} ${e.message}`,
  );
  return {
    ...news,
    points: points
      .filter((point) => point.atMs >= news.nowMs - LIVE_SPAN_MS)
      .sort((a, b) => a.atMs - b.atMs),
    windows: windows.sort((a, b) => a.index - b.index),
    estimates: keyed([...before.estimates, ...news.estimates], (estimate) => estimate.axis),
    events: events.sort((a, b) => b.atMs - a.atMs).slice(0, LIVE_EVENTS),
  };
}

/** The last of each key, in the order the keys first came. */
export function keyed<T>(items: readonly T[], keyOf: (item: T) => unknown): T[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}
