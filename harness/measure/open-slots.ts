import { DeliveryCounts } from "./delivery-counts.ts";
import { InFlightBalance } from "./in-flight-balance.ts";
import type { Segment } from "./segment.ts";
import { SegmentList } from "./segment-list.ts";
import { NO_SLOT, SLOT, SlotRing, type SlotState } from "./slot-ring.ts";
import { StreamOrder } from "./stream-order.ts";

/** The slots of a ledger that are still open, and what each change of one counts for. */
export class OpenSlots {
  readonly ring = new SlotRing();
  readonly order: StreamOrder;
  readonly segments = new SegmentList();
  readonly counts = new DeliveryCounts();
  readonly balance = new InFlightBalance();
  /** Slots below this one are past their deadline. */
  expired = 0;
  /** The last answer with an envelope was late. */
  behind = false;
  readonly #deadlineMs: number;

  constructor(deadlineMs: number, streams: number) {
    this.#deadlineMs = deadlineMs;
    this.order = new StreamOrder(streams, this.ring);
  }

  /** Sent and neither answered, failed nor known lost. */
  get inFlight(): number {
    const { sent, done, lost, failed } = this.counts.totals;
    return Math.max(0, sent - done - lost - failed);
  }

  /** @param timed the message itself tells which it is. */
  answer(slot: number, segment: Segment, atMs: number, timed: boolean): void {
    const ring = this.ring;
    const at = slot & ring.mask;
    const wasLost = ring.stateOf(slot) === SLOT.lost;
    ring.setState(slot, SLOT.done);
    const latencyMs = atMs - (ring.intendedAt[at] ?? 0);
    const isLate = latencyMs > this.#deadlineMs;
    this.counts.done(segment, isLate);
    // A lost one had already ended.
    if (!wasLost) this.balance.answered(ring.sentAt[at] ?? 0, atMs, this.inFlight);
    if (timed) {
      this.counts.time(segment, latencyMs, atMs - (ring.sentAt[at] ?? 0));
      this.behind = isLate;
    }
    if (isLate) this.settleBad(slot, segment);
    else if (!ring.isBad(slot)) this.counts.recentSettled++;
  }

  /** False when the slot is not waited for: answered before, failed, or never sent. */
  fail(slot: number, segment: Segment): boolean {
    const state = this.ring.stateOf(slot);
    if (state !== SLOT.sent && state !== SLOT.overtaken && state !== SLOT.lost) return false;
    if (state === SLOT.lost) this.counts.notLost(segment);
    else this.balance.ended(this.#sentAt(slot), this.inFlight - 1);
    this.ring.setState(slot, SLOT.failed);
    this.settleBad(slot, segment);
    return true;
  }

  lose(slot: number): void {
    this.ring.setState(slot, SLOT.lost);
    this.counts.lost(this.segments.of(slot));
    this.balance.ended(this.#sentAt(slot), this.inFlight);
  }

  /** The stream moved on to `slot`. */
  moveOn(slot: number, stream: number): void {
    if (this.order.oldest(stream) === slot) this.order.drop(slot, stream);
    else this.order.dropThrough(slot, stream, this.#overtake);
  }

  /** The deadline of the slot after the last has passed. */
  expireNext(): void {
    const slot = this.expired++;
    const state = this.ring.stateOf(slot);
    if (state === SLOT.overtaken) this.lose(slot);
    if (state === SLOT.sent || state === SLOT.overtaken) {
      this.settleBad(slot, this.segments.of(slot));
    }
  }

  settleBad(slot: number, segment: Segment): void {
    if (this.ring.isBad(slot)) return;
    this.ring.setBad(slot);
    this.counts.bad(segment);
  }

  /** The stream's oldest slot in that state that was sent without an envelope. */
  oldestCounted(stream: number, state: SlotState, from = 0): number {
    const { ring } = this;
    let slot = this.order.oldest(stream);
    while (slot !== NO_SLOT) {
      if (slot >= from && ring.isCounted(slot) && ring.stateOf(slot) === state) return slot;
      slot = ring.younger[slot & ring.mask] ?? NO_SLOT;
    }
    return NO_SLOT;
  }

  /** The stream moved on to `slot`; its older counted messages whose time is up are lost. */
  loseCounted(stream: number, slot: number): void {
    const limit = Math.min(slot, this.expired);
    let older = this.oldestCounted(stream, SLOT.sent);
    while (older !== NO_SLOT && older < limit) {
      this.lose(older);
      older = this.oldestCounted(stream, SLOT.sent, older);
    }
  }

  readonly #overtake = (slot: number): void => {
    if (this.ring.stateOf(slot) !== SLOT.sent) return;
    // Until its deadline it may just have been overtaken.
    if (slot < this.expired) this.lose(slot);
    else this.ring.setState(slot, SLOT.overtaken);
  };

  #sentAt(slot: number): number {
    return this.ring.sentAt[slot & this.ring.mask] ?? 0;
  }
}
