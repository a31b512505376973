import { DeliveryCounts } from "./delivery-counts.ts";
import { FoldedSlots } from "./folded-slots.ts";
import type { Histogram } from "./histogram.ts";
import { InFlightBalance } from "./in-flight-balance.ts";
import type { LedgerTotals } from "./ledger-totals.ts";
import { newSegment, type Segment } from "./segment.ts";
import { SegmentList } from "./segment-list.ts";
import { NO_SLOT, SLOT, SlotRing, type SlotState } from "./slot-ring.ts";
import { StreamOrder } from "./stream-order.ts";

export { SLOT, type SlotState } from "./slot-ring.ts";
export type { LedgerTotals } from "./ledger-totals.ts";

/** The stream of what keeps no order, as requests do: nothing is ever overtaken there. */
export const UNORDERED = -1;
/** Slots in one step, as the envelope and the tag of a publish can number them. */
export const SLOTS_PER_STEP = 2 ** 30;

const GRACE_MS = 10_000;
/** Room made before a segment begins, so that the ring hardly grows while it is driven. */
const ROOM_SLOTS = 2 ** 14;

export interface LedgerOptions {
  /** How long after its deadline a slot is kept; Infinity keeps all to the end of the step. */
  readonly graceMs?: number | undefined;
  /** Folded slots whose ends are remembered, a power of two. */
  readonly rememberedSlots?: number | undefined;
}

/**
 * What became of every message of one step. A message is a slot, numbered in the order of intended
 * send times; its state moves from `due` over `sent` to one of the ends. A message that its stream
 * moved on past is `overtaken`, and `lost` once its deadline has passed too; either may still
 * arrive. Where a message has several receivers, each delivery is a slot and a stream of its own.
 *
 * A slot is open until `graceMs` after its deadline; then it is folded: its segment has counted it,
 * and two bits say what may still come of it. So memory follows the rate, not the step's length.
 */
export class Ledger {
  readonly deadlineMs: number;
  /** Answers to slots too old to be remembered: late or duplicate, nobody can tell. */
  forgotten = 0;

  readonly #graceMs: number;
  readonly #counts = new DeliveryCounts();
  readonly #ring = new SlotRing();
  readonly #order: StreamOrder;
  readonly #folds: FoldedSlots;
  /** The last answer with an envelope was late. */
  #behind = false;
  readonly #balance = new InFlightBalance();
  /** Slots `0 … slots − 1` became due; of these the first so many were flushed, expired, folded. */
  #slots = 0;
  #flushed = 0;
  #expired = 0;
  #folded = 0;
  readonly #segments = new SegmentList();

  constructor(deadlineMs: number, streams: number, options: LedgerOptions = {}) {
    this.deadlineMs = deadlineMs;
    this.#graceMs = options.graceMs ?? GRACE_MS;
    this.#order = new StreamOrder(streams, this.#ring);
    this.#folds = new FoldedSlots(options.rememberedSlots);
  }

  get totals(): Readonly<LedgerTotals> {
    return this.#counts.totals;
  }

  /** Latencies since the reader last cleared it. */
  get recentLatency(): Histogram {
    return this.#counts.recentLatency;
  }

  /** Slots that became bad since the reader last set it to zero. */
  get recentBad(): number {
    return this.#counts.recentBad;
  }

  set recentBad(count: number) {
    this.#counts.recentBad = count;
  }

  /** Slots that were settled, bad or not, since the reader last set it to zero. */
  get recentSettled(): number {
    return this.#counts.recentSettled;
  }

  set recentSettled(count: number) {
    this.#counts.recentSettled = count;
  }

  get slots(): number {
    return this.#slots;
  }

  /** Open slots there is room for now. */
  get capacity(): number {
    return this.#ring.capacity;
  }

  /** Sent and neither answered, failed nor known lost. */
  get inFlight(): number {
    const { sent, done, lost, failed } = this.totals;
    return Math.max(0, sent - done - lost - failed);
  }

  beginSegment(judged: boolean, startedAtMs: number, plannedCount: number): Segment {
    const firstSlot = this.#slots;
    if (firstSlot + plannedCount > SLOTS_PER_STEP) {
      throw new RangeError(`a step has at most ${SLOTS_PER_STEP} messages`);
    }
    this.#reserve(Math.min(plannedCount, ROOM_SLOTS));
    const segment = newSegment({ judged, startedAtMs, plannedCount, firstSlot });
    this.#balance.begin(startedAtMs);
    this.#segments.push(segment);
    this.#segments.forget((slot) => this.#folds.isRemembered(slot));
    this.#counts.running = segment;
    return segment;
  }

  endSegment(segment: Segment, endedAtMs: number): void {
    segment.endedAtMs = endedAtMs;
    this.#counts.running = undefined;
    const { countedMs, timedMs } = this.#balance.end(endedAtMs);
    segment.inFlightCountedMs = countedMs;
    segment.inFlightTimedMs = timedMs;
  }

  /** Opens the next slot of the running segment. */
  due(intendedAtMs: number): number {
    const slot = this.#slots;
    if (slot - this.#folded > this.#ring.mask) this.#reserve(slot - this.#folded + 1);
    this.#slots++;
    this.#ring.open(slot, intendedAtMs);
    this.#counts.due(this.#segments.newest);
    return slot;
  }

  /**
   * The slot was handed to the transport as the youngest of `stream`.
   * @param counted it carries no envelope.
   */
  sent(slot: number, atMs: number, stream: number, counted = false): void {
    if (slot < this.#folded) return;
    this.#ring.send(slot, atMs, stream, counted);
    this.#order.push(slot, stream);
    this.#counts.sent(this.#segments.of(slot), counted);
    this.#balance.sent(atMs, this.inFlight);
  }

  /** The slot could not be sent; `errorClass` says whose doing it was. */
  unsent(slot: number, errorClass: string): void {
    if (slot < this.#folded) return;
    this.#ring.setState(slot, SLOT.unsent);
    const segment = this.#segments.of(slot);
    this.#counts.unsent(segment, errorClass);
    this.#settleBad(slot, segment);
  }

  /**
   * What was sent since the last call is with the sockets now: lateness runs to this moment, not to
   * the decision to send.
   */
  flushed(atMs: number, told?: (latenessMs: number) => void): void {
    const ring = this.#ring;
    for (; this.#flushed < this.#slots; this.#flushed++) {
      if (ring.stateOf(this.#flushed) === SLOT.unsent) continue;
      const lateMs = atMs - (ring.intendedAt[this.#flushed & ring.mask] ?? 0);
      this.#segments.of(this.#flushed).lateness.record(lateMs);
      told?.(lateMs);
    }
  }

  /** @param stream as it was sent on; needed once the slot is folded. */
  failed(slot: number, errorClass: string, stream = UNORDERED): void {
    if (slot >= this.#slots) return;
    const segment = this.#segments.of(slot);
    if (slot < this.#folded) {
      const claim = this.#folds.fail(slot, stream, segment);
      if (claim !== "pending" && claim !== "lost") return;
      if (claim === "lost") this.#counts.notLost(segment);
    } else {
      const state = this.#ring.stateOf(slot);
      if (state !== SLOT.sent && state !== SLOT.overtaken && state !== SLOT.lost) return;
      if (state === SLOT.lost) this.#counts.notLost(segment);
      else this.#balance.ended(this.#sentAt(slot), this.inFlight - 1);
      this.#ring.setState(slot, SLOT.failed);
      this.#settleBad(slot, segment);
    }
    this.#counts.failed(segment, errorClass);
  }

  acknowledged(slot: number): void {
    this.#segments.of(slot).acknowledged++;
  }

  /**
   * An answer in a stream that keeps its order, which moves on past its older unanswered slots.
   * @param intendedAtMs what the message itself says; needed once the slot is folded.
   */
  arrivedInOrder(slot: number, stream: number, atMs: number, intendedAtMs?: number): void {
    if (slot >= this.#slots) return;
    if (slot < this.#folded || this.#ring.stateOf(slot) !== SLOT.sent) {
      this.arrived(slot, atMs, stream, intendedAtMs);
      return;
    }
    if (this.#order.oldest(stream) === slot) this.#order.drop(slot, stream);
    else this.#order.dropThrough(slot, stream, this.#overtake);
    if (this.#folds.someMissing) this.#counts.totals.lost += this.#folds.lose(stream, slot);
    this.#answer(slot, this.#segments.of(slot), atMs, true);
  }

  /** An answer on its own, as a request's. */
  arrived(slot: number, atMs: number, stream = UNORDERED, intendedAtMs?: number): void {
    if (slot >= this.#slots) return;
    if (slot < this.#folded) {
      this.#arrivedFolded(slot, atMs, stream, intendedAtMs);
      return;
    }
    const segment = this.#segments.of(slot);
    const state = this.#ring.stateOf(slot);
    if (state === SLOT.done) segment.duplicated++;
    if (state !== SLOT.sent && state !== SLOT.overtaken && state !== SLOT.lost) return;
    if (state === SLOT.lost) this.#counts.notLost(segment);
    if (state !== SLOT.sent) segment.reordered++;
    this.#answer(slot, segment, atMs, true);
  }

  /**
   * An answer without an envelope: counts alone tell which message it is. While those with an
   * envelope come in time it is the stream's oldest that may still be in time, and older ones are
   * lost; while they come late it is the oldest of all. With none out it is a duplicate.
   */
  arrivedCounted(stream: number, atMs: number): void {
    const timely = this.#behind ? NO_SLOT : this.#oldestCounted(stream, SLOT.sent, this.#expired);
    if (timely !== NO_SLOT) {
      this.#loseCounted(stream, timely);
      this.#answer(timely, this.#segments.of(timely), atMs, false);
      return;
    }
    const folded = this.#folds.answerCounted(stream);
    if (folded !== undefined) {
      this.#counts.done(folded, true);
      folded.lateAfterFold++;
      return;
    }
    const sent = this.#oldestCounted(stream, SLOT.sent);
    const slot = sent === NO_SLOT ? this.#oldestCounted(stream, SLOT.lost) : sent;
    if (slot === NO_SLOT) {
      this.#segments.newest.duplicated++;
      return;
    }
    const segment = this.#segments.of(slot);
    if (sent === NO_SLOT) {
      this.#counts.notLost(segment);
      segment.reordered++;
    }
    this.#answer(slot, segment, atMs, false);
  }

  /**
   * Counts slots whose deadline has passed unanswered, and folds those older than the grace. Call it
   * often; it never looks back.
   */
  expire(nowMs: number): void {
    this.#balance.pass(nowMs);
    const { intendedAt, mask } = this.#ring;
    const limit = nowMs - this.deadlineMs;
    while (this.#expired < this.#slots && (intendedAt[this.#expired & mask] ?? 0) < limit) {
      const slot = this.#expired++;
      const state = this.#ring.stateOf(slot);
      if (state === SLOT.overtaken) this.#lose(slot);
      if (state === SLOT.sent || state === SLOT.overtaken) {
        this.#settleBad(slot, this.#segments.of(slot));
      }
    }
    const foldLimit = limit - this.#graceMs;
    while (this.#folded < this.#expired && (intendedAt[this.#folded & mask] ?? 0) < foldLimit) {
      this.#fold(this.#folded++);
    }
  }

  /** Everything still out is lost: the target has been silent for longer than it may be. */
  loseAllInFlight(): void {
    for (let slot = this.#folded; slot < this.#slots; slot++) {
      const state = this.#ring.stateOf(slot);
      if (state === SLOT.sent || state === SLOT.overtaken) this.#lose(slot);
    }
    this.#counts.totals.lost += this.#folds.loseAll(this.#slots);
  }

  /** State of a slot that is still open. */
  stateOf(slot: number): SlotState {
    return this.#ring.stateOf(slot);
  }

  intendedAt(slot: number): number {
    return this.#ring.intendedAt[slot & this.#ring.mask] ?? 0;
  }

  #answer(slot: number, segment: Segment, atMs: number, timed: boolean): void {
    const ring = this.#ring;
    const at = slot & ring.mask;
    const wasLost = ring.stateOf(slot) === SLOT.lost;
    ring.setState(slot, SLOT.done);
    const latencyMs = atMs - (ring.intendedAt[at] ?? 0);
    const isLate = latencyMs > this.deadlineMs;
    this.#counts.done(segment, isLate);
    // A lost one had already ended.
    if (!wasLost) this.#balance.answered(ring.sentAt[at] ?? 0, atMs, this.inFlight);
    if (timed) {
      this.#counts.time(segment, latencyMs, atMs - (ring.sentAt[at] ?? 0));
      this.#behind = isLate;
    }
    if (isLate) this.#settleBad(slot, segment);
    else if (!ring.isBad(slot)) this.#counts.recentSettled++;
  }

  #arrivedFolded(slot: number, atMs: number, stream: number, intendedAtMs?: number): void {
    const segment = this.#segments.of(slot);
    const claim = this.#folds.answer(slot, stream, segment);
    if (claim === "forgotten") this.forgotten++;
    if (claim === "answered") segment.duplicated++;
    if (claim !== "pending" && claim !== "lost") return;
    if (claim === "lost") {
      this.#counts.notLost(segment);
      segment.reordered++;
    }
    this.#counts.done(segment, true);
    segment.lateAfterFold++;
    this.#behind = true;
    // So late that it hardly matters how late it was sent.
    const latencyMs = atMs - (intendedAtMs ?? atMs - this.deadlineMs - this.#graceMs);
    this.#counts.time(segment, latencyMs, latencyMs);
  }

  readonly #overtake = (slot: number): void => {
    if (this.#ring.stateOf(slot) !== SLOT.sent) return;
    // Until its deadline it may just have been overtaken.
    if (slot < this.#expired) this.#lose(slot);
    else this.#ring.setState(slot, SLOT.overtaken);
  };

  #lose(slot: number): void {
    this.#ring.setState(slot, SLOT.lost);
    this.#counts.lost(this.#segments.of(slot));
    this.#balance.ended(this.#sentAt(slot), this.inFlight);
  }

  #settleBad(slot: number, segment: Segment): void {
    if (this.#ring.isBad(slot)) return;
    this.#ring.setBad(slot);
    this.#counts.bad(segment);
  }

  /** The stream's oldest slot in that state that was sent without an envelope. */
  #oldestCounted(stream: number, state: SlotState, from = 0): number {
    const ring = this.#ring;
    let slot = this.#order.oldest(stream);
    while (slot !== NO_SLOT) {
      if (slot >= from && ring.isCounted(slot) && ring.stateOf(slot) === state) return slot;
      slot = ring.younger[slot & ring.mask] ?? NO_SLOT;
    }
    return NO_SLOT;
  }

  /** The stream moved on to `slot`; its older counted messages whose time is up are lost. */
  #loseCounted(stream: number, slot: number): void {
    this.#counts.totals.lost += this.#folds.loseCounted(stream, slot);
    const limit = Math.min(slot, this.#expired);
    let older = this.#oldestCounted(stream, SLOT.sent);
    while (older !== NO_SLOT && older < limit) {
      this.#lose(older);
      older = this.#oldestCounted(stream, SLOT.sent, older);
    }
  }

  #fold(slot: number): void {
    const ring = this.#ring;
    const state = ring.stateOf(slot);
    const stream = ring.stream[slot & ring.mask] ?? UNORDERED;
    if (state === SLOT.sent) this.#balance.giveUp();
    this.#folds.push(state, stream, this.#segments.of(slot), ring.isCounted(slot));
    // One never sent has no stream: what stands there is that of an older slot.
    if (state !== SLOT.due && state !== SLOT.unsent) this.#order.drop(slot, stream);
  }

  #sentAt(slot: number): number {
    return this.#ring.sentAt[slot & this.#ring.mask] ?? 0;
  }

  #reserve(slots: number): void {
    this.#ring.reserve(slots, this.#folded, this.#slots);
  }
}
