import type { AxisDriver } from "../axes/driver.ts";
import type { Ledger } from "../measure/ledger.ts";
import type { Segment } from "../measure/segment.ts";
import type { Cut } from "./conductor.ts";
import type { OwnTurns } from "./own-turns.ts";
import type { Tally } from "./tally.ts";

const HALF_SECOND_MS = 500;

/** A segment while it is driven. */
export interface Running {
  readonly segment: Segment;
  readonly number: number;
  readonly turns: OwnTurns;
  readonly startMs: number;
  readonly startedAtWallMs: number;
  readonly endMs: number;
  readonly inFlightBefore: number;
  readonly droppedBefore: number;
  /** Position in `turns` of the slot due next. */
  next: number;
  looks: number;
  unsentByUs: number;
}

/** Half seconds lie at the same times in all threads, however late one of them wakes. */
export const nextHalf = ({ startMs, looks }: Running): number =>
  startMs + (looks + 1) * HALF_SECOND_MS;

/** When something is to be done next: a send, a look, or an end. */
export function nextDue(running: Running, cut: Cut | undefined): number {
  const { startMs, endMs, turns, next, number } = running;
  const offset = turns.offsetsMs[next];
  const nextSend = offset === undefined ? endMs : startMs + offset;
  const cutAtMs = cut === undefined || cut.segment < number ? endMs : cut.atMs;
  return Math.min(nextSend, endMs, nextHalf(running), cutAtMs);
}

/** What the segment has come to; the half second's own counts begin anew. */
export function tallyOf(
  running: Running,
  moment: Tally["moment"],
  atMs: number,
  ledger: Ledger,
  driver: AxisDriver,
): Tally {
  const { segment, number, looks, inFlightBefore, droppedBefore, endMs } = running;
  const { judged, plannedCount: planned, slots, bad, lost, failed } = segment;
  const { recentBad, recentSettled, inFlight } = ledger;
  ledger.recentBad = 0;
  ledger.recentSettled = 0;
  const dropped = driver.dropped - droppedBefore;
  const counts = { planned, slots, bad, lost, failed, recentBad, recentSettled, inFlight };
  const place = { segment: number, look: looks, moment, judged, atMs, endMs };
  return { ...place, ...counts, inFlightBefore, dropped, broken: driver.broken };
}
