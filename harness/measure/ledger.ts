import { Histogram } from "./histogram.ts";
import { newSegment, type Segment } from "./segment.ts";

/**
 * What became of every message of one step. A message is a slot, numbered in the order of intended
 * send times; its state moves once from `due` over `sent` to one of the ends, except that a message
 * taken for lost may still arrive.
 */
export const SLOT = {
  due: 0,
  sent: 1,
  done: 2,
  lost: 3,
  failed: 4,
  unsent: 5,
} as const;
export type SlotState = (typeof SLOT)[keyof typeof SLOT];

const NO_SLOT = -1;

export interface LedgerTotals {
  intended: number;
  sent: number;
  done: number;
  good: number;
  late: number;
  lost: number;
  failed: number;
  unsent: number;
}

export class Ledger {
  readonly deadlineMs: number;
  readonly totals: LedgerTotals = {
    intended: 0,
    sent: 0,
    done: 0,
    good: 0,
    late: 0,
    lost: 0,
    failed: 0,
    unsent: 0,
  };
  /** Slots that became bad since the reader last set it to zero, and slots that were settled. */
  recentBad = 0;
  recentSettled = 0;
  /** Latencies since the reader last cleared it. */
  readonly recentLatency = new Histogram();

  #intendedAt = new Float64Array(0);
  #sentAt = new Float64Array(0);
  #doneAt = new Float64Array(0);
  #state = new Uint8Array(0);
  #bad = new Uint8Array(0);
  #segmentOf = new Uint16Array(0);
  /** Next younger slot of the same stream, so that a gap is seen when a younger one arrives. */
  #younger = new Int32Array(0);
  #oldest = new Int32Array(0);
  #youngest = new Int32Array(0);
  #slots = 0;
  #expired = 0;
  #flushed = 0;
  readonly #segments: Segment[] = [];
  #running: Segment | undefined;

  constructor(deadlineMs: number, streams: number) {
    this.deadlineMs = deadlineMs;
    this.#oldest = new Int32Array(streams).fill(NO_SLOT);
    this.#youngest = new Int32Array(streams).fill(NO_SLOT);
  }

  get slots(): number {
    return this.#slots;
  }

  /** Sent and neither answered, failed nor known lost. */
  get inFlight(): number {
    const { sent, done, lost, failed } = this.totals;
    return Math.max(0, sent - done - lost - failed);
  }

  beginSegment(judged: boolean, startedAtMs: number, plannedCount: number): Segment {
    this.#reserve(this.#slots + plannedCount);
    const firstSlot = this.#slots;
    const segment = newSegment({ judged, startedAtMs, plannedCount, firstSlot });
    this.#segments.push(segment);
    this.#running = segment;
    return segment;
  }

  endSegment(segment: Segment, endedAtMs: number): void {
    segment.endedAtMs = endedAtMs;
    this.#running = undefined;
  }

  /** Opens the next slot of the running segment. */
  due(intendedAtMs: number): number {
    const slot = this.#slots++;
    const index = this.#segments.length - 1;
    this.#intendedAt[slot] = intendedAtMs;
    this.#segmentOf[slot] = index;
    this.#younger[slot] = NO_SLOT;
    const segment = this.#segments[index];
    if (segment !== undefined) segment.slots++;
    this.totals.intended++;
    return slot;
  }

  /** The slot was handed to the transport as the youngest of `stream`. */
  sent(slot: number, atMs: number, stream: number): void {
    this.#state[slot] = SLOT.sent;
    this.#sentAt[slot] = atMs;
    this.totals.sent++;
    const segment = this.#segmentOfSlot(slot);
    if (segment !== undefined) segment.sent++;
    const youngest = this.#youngest[stream] ?? NO_SLOT;
    if (youngest === NO_SLOT) this.#oldest[stream] = slot;
    else this.#younger[youngest] = slot;
    this.#youngest[stream] = slot;
  }

  /** The slot could not be sent; `errorClass` says whose doing it was. */
  unsent(slot: number, errorClass: string): void {
    this.#state[slot] = SLOT.unsent;
    this.totals.unsent++;
    this.#count(slot, errorClass);
    const segment = this.#segmentOfSlot(slot);
    if (segment !== undefined) segment.unsent++;
    this.#settleBad(slot);
  }

  /**
   * What was sent since the last call is with the sockets now: lateness runs to this moment, not to
   * the decision to send.
   */
  flushed(atMs: number, told?: (latenessMs: number) => void): void {
    for (; this.#flushed < this.#slots; this.#flushed++) {
      if (this.#state[this.#flushed] === SLOT.unsent) continue;
      const lateMs = atMs - (this.#intendedAt[this.#flushed] ?? 0);
      this.#segmentOfSlot(this.#flushed)?.lateness.record(lateMs);
      told?.(lateMs);
    }
  }

  failed(slot: number, errorClass: string): void {
    if (this.#state[slot] !== SLOT.sent) return;
    this.#state[slot] = SLOT.failed;
    this.totals.failed++;
    this.#count(slot, errorClass);
    const segment = this.#segmentOfSlot(slot);
    if (segment !== undefined) segment.failed++;
    this.#settleBad(slot);
  }

  acknowledged(slot: number): void {
    const segment = this.#segmentOfSlot(slot);
    if (segment !== undefined) segment.acknowledged++;
  }

  /** An answer in a stream that keeps its order: older unanswered slots of the stream are lost. */
  arrivedInOrder(slot: number, stream: number, atMs: number): void {
    if (slot >= this.#slots) return;
    if (this.#state[slot] === SLOT.sent) {
      let oldest = this.#oldest[stream] ?? NO_SLOT;
      while (oldest !== NO_SLOT && oldest !== slot) {
        if (this.#state[oldest] === SLOT.sent) this.#lose(oldest);
        oldest = this.#younger[oldest] ?? NO_SLOT;
      }
      const next = oldest === NO_SLOT ? NO_SLOT : (this.#younger[oldest] ?? NO_SLOT);
      this.#oldest[stream] = next;
      if (next === NO_SLOT) this.#youngest[stream] = NO_SLOT;
    }
    this.arrived(slot, atMs);
  }

  /** An answer on its own, as a request's. */
  arrived(slot: number, atMs: number): void {
    if (slot >= this.#slots) return;
    const state = this.#state[slot];
    const segment = this.#segmentOfSlot(slot);
    if (state === SLOT.done) {
      if (segment !== undefined) segment.duplicated++;
      return;
    }
    if (state === SLOT.lost) {
      // It was only overtaken.
      this.totals.lost--;
      if (segment !== undefined) {
        segment.lost--;
        segment.reordered++;
      }
    } else if (state !== SLOT.sent) return;
    this.#state[slot] = SLOT.done;
    this.#doneAt[slot] = atMs;
    this.totals.done++;
    if (this.#running !== undefined) this.#running.arrivals++;
    const latencyMs = atMs - (this.#intendedAt[slot] ?? 0);
    this.recentLatency.record(latencyMs);
    segment?.latency.record(latencyMs);
    segment?.service.record(atMs - (this.#sentAt[slot] ?? 0));
    if (latencyMs > this.deadlineMs) {
      this.totals.late++;
      if (segment !== undefined) segment.late++;
      this.#settleBad(slot);
    } else {
      this.totals.good++;
      if (segment !== undefined) segment.good++;
      if (this.#bad[slot] === 0) this.recentSettled++;
    }
  }

  /**
   * Counts slots whose deadline has passed unanswered, those known lost among them. Call it often;
   * it never looks back.
   */
  expire(nowMs: number): void {
    const limit = nowMs - this.deadlineMs;
    while (this.#expired < this.#slots && (this.#intendedAt[this.#expired] ?? 0) < limit) {
      const state = this.#state[this.#expired];
      if (state === SLOT.sent || state === SLOT.lost) this.#settleBad(this.#expired);
      this.#expired++;
    }
  }

  /** Everything still out is lost: the target has been silent for longer than it may be. */
  loseAllInFlight(): void {
    for (let slot = 0; slot < this.#slots; slot++) {
      if (this.#state[slot] === SLOT.sent) this.#lose(slot);
    }
    this.#oldest.fill(NO_SLOT);
    this.#youngest.fill(NO_SLOT);
  }

  stateOf(slot: number): SlotState {
    return (this.#state[slot] ?? SLOT.due) as SlotState;
  }

  intendedAt(slot: number): number {
    return this.#intendedAt[slot] ?? 0;
  }

  sentAt(slot: number): number {
    return this.#sentAt[slot] ?? 0;
  }

  doneAt(slot: number): number {
    return this.#doneAt[slot] ?? 0;
  }

  #lose(slot: number): void {
    this.#state[slot] = SLOT.lost;
    this.totals.lost++;
    const segment = this.#segmentOfSlot(slot);
    if (segment !== undefined) segment.lost++;
    // Bad only once its deadline has passed: until then it may just have been overtaken.
  }

  #settleBad(slot: number): void {
    if (this.#bad[slot] === 1) return;
    this.#bad[slot] = 1;
    this.recentBad++;
    this.recentSettled++;
    const segment = this.#segmentOfSlot(slot);
    if (segment !== undefined) segment.bad++;
  }

  #segmentOfSlot(slot: number): Segment | undefined {
    return this.#segments[this.#segmentOf[slot] ?? 0];
  }

  #count(slot: number, errorClass: string): void {
    const classes = this.#segmentOfSlot(slot)?.errorClasses;
    classes?.set(errorClass, (classes.get(errorClass) ?? 0) + 1);
  }

  #reserve(slots: number): void {
    if (slots <= this.#state.length) return;
    const size = Math.max(slots, this.#state.length * 2, 1024);
    this.#intendedAt = grownFloats(this.#intendedAt, size);
    this.#sentAt = grownFloats(this.#sentAt, size);
    this.#doneAt = grownFloats(this.#doneAt, size);
    const state = new Uint8Array(size);
    state.set(this.#state);
    this.#state = state;
    const bad = new Uint8Array(size);
    bad.set(this.#bad);
    this.#bad = bad;
    const segmentOf = new Uint16Array(size);
    segmentOf.set(this.#segmentOf);
    this.#segmentOf = segmentOf;
    const younger = new Int32Array(size);
    younger.set(this.#younger);
    this.#younger = younger;
  }
}

function grownFloats(old: Float64Array, size: number): Float64Array<ArrayBuffer> {
  const grown = new Float64Array(size);
  grown.set(old);
  return grown;
}
