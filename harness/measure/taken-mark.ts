import type { InFlightMark } from "./in-flight-mark.ts";
import type { Segment } from "./segment.ts";

/** A segment, and the least delay of the messages of its first and of its last period. */
interface Marked {
  readonly segment: Segment;
  readonly endMs: number;
  firstMs: number;
  lastMs: number;
}

/**
 * Where a target passes on what it has in batches, and we look only now and then, the in-flight
 * count goes up and down by itself. But it may tell when it took a message in: what lies before that
 * is its queue. The least delay of the segment's first flush period is compared with that of the
 * last (grading method, 2.1), in messages at the segment's own rate. Whatever the target's clock
 * shows, only differences count: delays are told from the least ever seen.
 */
export class TakenMark implements InFlightMark {
  readonly #flushMs: number;
  readonly #marked: Marked[] = [];
  #leastMs: number;

  /** @param leastMs least delay that is known from before */
  constructor(flushMs: number, leastMs = Infinity) {
    this.#flushMs = flushMs;
    this.#leastMs = leastMs;
  }

  get leastMs(): number {
    return this.#leastMs;
  }

  note(): void {}

  begin(segment: Segment, endMs: number): void {
    this.#marked.push({ segment, endMs, firstMs: Infinity, lastMs: Infinity });
  }

  /** Nothing is known yet of the last messages; what comes in later changes the segment still. */
  end(): void {}

  /** A message that was due at `intendedAtMs` was taken in at `takenAtMs` of the target's clock. */
  taken(intendedAtMs: number, takenAtMs: number): void {
    const delayMs = takenAtMs - intendedAtMs;
    this.#leastMs = Math.min(this.#leastMs, delayMs);
    const marked = this.#marked.findLast(({ segment }) => intendedAtMs >= segment.startedAtMs);
    if (marked === undefined) return;
    const { segment, endMs } = marked;
    const plannedMs = endMs - segment.startedAtMs;
    const periodMs = Math.min(this.#flushMs, plannedMs / 2);
    if (intendedAtMs < segment.startedAtMs + periodMs) {
      marked.firstMs = Math.min(marked.firstMs, delayMs);
    } else if (intendedAtMs >= endMs - periodMs) {
      marked.lastMs = Math.min(marked.lastMs, delayMs);
    } else return;
    const messages = (ms: number) =>
      ms === Infinity ? 0 : Math.round(((ms - this.#leastMs) * segment.plannedCount) / plannedMs);
    segment.inFlightStart = messages(marked.firstMs);
    segment.inFlightEnd = messages(marked.lastMs);
  }
}
