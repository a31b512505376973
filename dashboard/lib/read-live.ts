import { EstimateDetail, type EventRow } from "#harness/store/rows.ts";
import type { StoreReader } from "#harness/store/store.ts";
import { keyed, type LiveData, LIVE_EVENTS, LIVE_SPAN_MS, type LiveWindow } from "./live.ts";
import { toLivePoints } from "./live-points.ts";
import { isRunning, standingOf } from "./standing.ts";

/** What the asker has already. */
export interface LiveSince {
  readonly sinceMs: number;
  readonly windows: number;
}

/** What is new of a run; undefined for a run the store never saw. */
export async function readLive(
  store: StoreReader,
  runId: string,
  since: LiveSince,
  nowMs: number,
): Promise<LiveData | undefined> {
  const [run, trials, seconds, events] = await Promise.all([
    store.readRun(runId),
    store.readTrials(runId),
    store.readSeconds(runId, Math.max(since.sinceMs, nowMs - LIVE_SPAN_MS)),
    store.readEvents(runId, since.sinceMs),
  ]);
  if (run === undefined) return undefined;
  return {
    nowMs,
    running: isRunning(run, nowMs),
    standing: standingOf(run, nowMs),
    startedAtMs: run.startedAtMs,
    points: toLivePoints(seconds),
    windows: trials
      .filter((trial) => trial.phase !== "drain" && trial.index >= since.windows)
      .map(
        (trial): LiveWindow => ({
          index: trial.index,
          axis: trial.axis,
          phase: trial.phase,
          load: trial.load,
          startedAtMs: trial.startedAtMs,
          measuredMs: trial.measuredMs,
          verdict: trial.verdict,
          reason: trial.reason,
        }),
      ),
    estimates: keyed(events.flatMap(estimateOf), (estimate) => estimate.axis),
    events: events
      .filter((event) => event.kind !== "estimate")
      .slice(-LIVE_EVENTS)
      .toReversed()
      .map(({ atMs, kind, severity, axis, message }) => ({ atMs, kind, severity, axis, message })),
  };
}

/** An estimate of a later version that reads otherwise is no estimate. */
function estimateOf(event: EventRow): readonly EstimateDetail[] {
  if (event.kind !== "estimate") return [];
  const parsed = EstimateDetail.safeParse(jsonOf(event.detail));
  return parsed.success ? [parsed.data] : [];
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
