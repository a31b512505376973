import type { Ledger } from "./ledger.ts";
import { LowWater } from "./low-water.ts";
import type { Segment } from "./segment.ts";

/** Reads how much is in flight at both ends of a segment, so that growth means a target behind. */
export interface InFlightMark {
  note(atMs: number): void;
  begin(segment: Segment, endMs: number): void;
  end(segment: Segment): void;
}

/** The in-flight count of the moment, less what was sent so lately that it says nothing. */
export class SteadyMark implements InFlightMark {
  readonly #ledger: Ledger;
  readonly #water = new LowWater();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  note(atMs: number): void {
    this.#water.note(atMs, this.#ledger.inFlight);
  }

  begin(segment: Segment): void {
    segment.inFlightStart = this.#water.value;
  }

  end(segment: Segment): void {
    segment.inFlightEnd = this.#water.value;
  }
}

/**
 * Where answers are looked for now and then, in-flight goes up and down: its least in the segment's
 * first period is compared with that in the last (grading method, 2.1). Read as a time, how far
 * back the oldest unanswered message would lie if answers kept the order, and given in messages at
 * the segment's own rate: chance in the arrivals then plays no part.
 */
export class FlushMark implements InFlightMark {
  readonly #ledger: Ledger;
  readonly #flushMs: number;
  #beginMs = Infinity;
  #endMs = Infinity;
  #first = Infinity;
  #last = Infinity;

  constructor(ledger: Ledger, flushMs: number) {
    this.#ledger = ledger;
    this.#flushMs = flushMs;
  }

  note(atMs: number): void {
    const inFirst = atMs < this.#beginMs + this.#flushMs;
    const inLast = atMs >= this.#endMs - this.#flushMs;
    if (!inFirst && !inLast) return;
    const behindMs = this.#behindMs(atMs);
    if (inFirst) this.#first = Math.min(this.#first, behindMs);
    if (inLast) this.#last = Math.min(this.#last, behindMs);
  }

  begin({ startedAtMs }: Segment, endMs: number): void {
    this.#beginMs = startedAtMs;
    this.#endMs = endMs;
    this.#first = Infinity;
    this.#last = Infinity;
  }

  end(segment: Segment): void {
    const plannedMs = this.#endMs - segment.startedAtMs;
    const messages = (behindMs: number) =>
      Math.round((behindMs * segment.plannedCount) / plannedMs);
    segment.inFlightStart = this.#first === Infinity ? 0 : messages(this.#first);
    // Cut short before its last flush period it says nothing of growth.
    segment.inFlightEnd = this.#last === Infinity ? segment.inFlightStart : messages(this.#last);
  }

  #behindMs(atMs: number): number {
    const { inFlight, slots } = this.#ledger;
    return inFlight === 0 ? 0 : Math.max(0, atMs - this.#ledger.intendedAt(slots - inFlight));
  }
}
