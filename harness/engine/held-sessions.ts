import type { Objective } from "#grader/contracts/objective.ts";
import { loadOf } from "#grader/grade/joint-load.ts";
import type { Share } from "#grader/grade/joint-trial.ts";
import { judgeWindow } from "./verdict.ts";

/** The sessions of a joint run: so many Units connected is a stock, and sends nothing itself. */
export interface HeldSessions {
  readonly objective: Objective;
  /** Connects as many Units as are not. */
  prepare(units: number, signal: AbortSignal): Promise<void>;
  /** Of the first `units`, how many are not connected any more. */
  missing(units: number, signal: AbortSignal): Promise<number>;
}

/** Sessions that stand for so many reference Units: even, because Units come in pairs. */
export const sessionsFor = (units: number): number =>
  2 * Math.max(1, Math.ceil(loadOf("link", units) / 2 - ROUNDING));

/** A number of Units that a multiplication made is not one more because of its last bit. */
const ROUNDING = 1e-6;

/**
 * Link's share of a joint window: every session that was there at its beginning is there at its
 * end. That each is alive, the messages that all of them send and receive meanwhile prove.
 * @param beside another share of the same window, whose times and health are the same.
 */
export function heldShare(
  units: number,
  gone: number,
  { objective, beside }: { readonly objective: Objective; readonly beside: Share },
): Share {
  const planned = sessionsFor(units);
  const judged = judgeWindow(
    { planned, bad: gone, lost: gone, errors: 0, growth: 0 },
    objective,
    false,
  );
  const isGood = judged.verdict === "good";
  const { latencyMs: _latency, serviceMs: _service, sampled: _sampled, ...window } = beside;
  return {
    ...window,
    axis: "link",
    load: planned,
    planned,
    intended: planned,
    sent: planned,
    acknowledged: planned - gone,
    good: planned - gone,
    late: 0,
    lost: gone,
    errors: 0,
    unsent: 0,
    pending: 0,
    duplicated: 0,
    reordered: 0,
    inFlightStart: 0,
    inFlightEnd: 0,
    deliveredPerSec: 0,
    errorClasses: gone === 0 ? {} : { dropped: gone },
    hard: !isGood,
    verdict: judged.verdict,
    reason: isGood
      ? `${planned} Units stayed connected`
      : `${gone} of ${planned} Units were dropped`,
  };
}
