import { bucketOf, Histogram } from "./histogram.ts";
import { type LedgerTotals, noTotals } from "./ledger-totals.ts";
import type { Segment } from "./segment.ts";

/** Counts what becomes of slots: for the whole ledger, and for the segment of each. */
export class DeliveryCounts {
  readonly totals: LedgerTotals = noTotals();
  recentBad = 0;
  recentSettled = 0;
  readonly recentLatency = new Histogram();
  /** The segment that is driven now: arrivals are its, whatever slot they belong to. */
  running: Segment | undefined;

  due(segment: Segment): void {
    this.totals.intended++;
    segment.slots++;
  }

  sent(segment: Segment, counted: boolean): void {
    this.totals.sent++;
    segment.sent++;
    if (counted) segment.counted++;
  }

  unsent(segment: Segment, errorClass: string): void {
    this.totals.unsent++;
    segment.unsent++;
    countError(segment, errorClass);
  }

  failed(segment: Segment, errorClass: string): void {
    this.totals.failed++;
    segment.failed++;
    countError(segment, errorClass);
  }

  done(segment: Segment, isLate: boolean): void {
    this.totals.done++;
    if (this.running !== undefined) this.running.arrivals++;
    if (isLate) {
      this.totals.late++;
      segment.late++;
    } else {
      this.totals.good++;
      segment.good++;
    }
  }

  lost(segment: Segment): void {
    this.totals.lost++;
    segment.lost++;
  }

  notLost(segment: Segment): void {
    this.totals.lost--;
    segment.lost--;
  }

  bad(segment: Segment): void {
    this.recentBad++;
    this.recentSettled++;
    segment.bad++;
  }

  time(segment: Segment, latencyMs: number, serviceMs: number): void {
    const bucket = bucketOf(latencyMs * 1000);
    this.recentLatency.recordIn(bucket, latencyMs);
    segment.latency.recordIn(bucket, latencyMs);
    segment.service.record(serviceMs);
  }
}

function countError({ errorClasses }: Segment, errorClass: string): void {
  errorClasses.set(errorClass, (errorClasses.get(errorClass) ?? 0) + 1);
}
