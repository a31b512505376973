import { FoldedSlots } from "./folded-slots.ts";
import type { Histogram } from "./histogram.ts";
import type { LedgerTotals } from "./ledger-totals.ts";
import { OpenSlots } from "./open-slots.ts";
import { newSegment, type Segment } from "./segment.ts";
import { NO_SLOT, SLOT, type SlotState } from "./slot-ring.ts";

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
  readonly #open: OpenSlots;
  readonly #folds: FoldedSlots;
  /** Slots `0 … slots − 1` became due; of these the first so many were flushed, folded. */
  #slots = 0;
  #flushed = 0;
  #folded = 0;

  constructor(deadlineMs: number, streams: number, options: LedgerOptions = {}) {
    this.deadlineMs = deadlineMs;
    this.#graceMs = options.graceMs ?? GRACE_MS;
    this.#open = new OpenSlots(deadlineMs, streams);
    this.#folds = new FoldedSlots(options.rememberedSlots);
  }

  get totals(): Readonly<LedgerTotals> {
    return this.#open.counts.totals;
  }

  /** Latencies since the reader last cleared it. */
  get recentLatency(): Histogram {
    return this.#open.counts.recentLatency;
  }

  /** Slots that became bad since the reader last set it to zero. */
  get recentBad(): number {
    return this.#open.counts.recentBad;
  }

  set recentBad(count: number) {
    this.#open.counts.recentBad = count;
  }

  /** Slots that were settled, bad or not, since the reader last set it to zero. */
  get recentSettled(): number {
    return this.#open.counts.recentSettled;
  }

  set recentSettled(count: number) {
    this.#open.counts.recentSettled = count;
  }

  get slots(): number {
    return this.#slots;
  }

  /** Open slots there is room for now. */
  get capacity(): number {
    return this.#open.ring.capacity;
  }

  /** Sent and neither answered, failed nor known lost. */
  get inFlight(): number {
    return this.#open.inFlight;
  }

  beginSegment(judged: boolean, startedAtMs: number, plannedCount: number): Segment {
    const firstSlot = this.#slots;
    if (firstSlot + plannedCount > SLOTS_PER_STEP) {
      throw new RangeError(`a step has at most ${SLOTS_PER_STEP} messages`);
    }
    this.#reserve(Math.min(plannedCount, ROOM_SLOTS));
    const segment = newSegment({ judged, startedAtMs, plannedCount, firstSlot });
    this.#open.balance.begin(startedAtMs);
    this.#open.segments.push(segment);
    this.#open.segments.forget((slot) => this.#folds.isRemembered(slot));
    this.#open.counts.running = segment;
    return segment;
  }

  endSegment(segment: Segment, endedAtMs: number): void {
    segment.endedAtMs = endedAtMs;
    this.#open.counts.running = undefined;
    const { countedMs, timedMs } = this.#open.balance.end(endedAtMs);
    segment.inFlightCountedMs = countedMs;
    segment.inFlightTimedMs = timedMs;
  }

  /** Opens the next slot of the running segment. */
  due(intendedAtMs: number): number {
    const slot = this.#slots;
    if (slot - this.#folded > this.#open.ring.mask) this.#reserve(slot - this.#folded + 1);
    this.#slots++;
    this.#open.ring.open(slot, intendedAtMs);
    this.#open.counts.due(this.#open.segments.newest);
    return slot;
  }

  /**
   * The slot was handed to the transport as the youngest of `stream`.
   * @param counted it carries no envelope.
   */
  sent(slot: number, atMs: number, stream: number, counted = false): void {
    if (slot < this.#folded) return;
    this.#open.ring.send(slot, atMs, stream, counted);
    this.#open.order.push(slot, stream);
    this.#open.counts.sent(this.#open.segments.of(slot), counted);
    this.#open.balance.sent(atMs, this.inFlight);
  }

  /** The slot could not be sent; `errorClass` says whose doing it was. */
  unsent(slot: number, errorClass: string): void {
    if (slot < this.#folded) return;
    this.#open.ring.setState(slot, SLOT.unsent);
    const segment = this.#open.segments.of(slot);
    this.#open.counts.unsent(segment, errorClass);
    this.#open.settleBad(slot, segment);
  }

  /**
   * What was sent since the last call is with the sockets now: lateness runs to this moment, not to
   * the decision to send.
   */
  flushed(atMs: number, told?: (latenessMs: number) => void): void {
    const ring = this.#open.ring;
    for (; this.#flushed < this.#slots; this.#flushed++) {
      if (ring.stateOf(this.#flushed) === SLOT.unsent) continue;
      const lateMs = atMs - (ring.intendedAt[this.#flushed & ring.mask] ?? 0);
      this.#open.segments.of(this.#flushed).lateness.record(lateMs);
      told?.(lateMs);
    }
  }

  /** @param stream as it was sent on; needed once the slot is folded. */
  failed(slot: number, errorClass: string, stream = UNORDERED): void {
    if (slot >= this.#slots) return;
    const segment = this.#open.segments.of(slot);
    if (slot < this.#folded) {
      const claim = this.#folds.fail(slot, stream, segment);
      if (claim !== "pending" && claim !== "lost") return;
      if (claim === "lost") this.#open.counts.notLost(segment);
    } else if (!this.#open.fail(slot, segment)) return;
    this.#open.counts.failed(segment, errorClass);
  }

  acknowledged(slot: number): void {
    this.#open.segments.of(slot).acknowledged++;
  }

  /**
   * An answer in a stream that keeps its order, which moves on past its older unanswered slots.
   * @param intendedAtMs what the message itself says; needed once the slot is folded.
   */
  arrivedInOrder(slot: number, stream: number, atMs: number, intendedAtMs?: number): void {
    if (slot >= this.#slots) return;
    if (slot < this.#folded || this.#open.ring.stateOf(slot) !== SLOT.sent) {
      this.arrived(slot, atMs, stream, intendedAtMs);
      return;
    }
    this.#open.moveOn(slot, stream);
    if (this.#folds.someMissing) this.#open.counts.totals.lost += this.#folds.lose(stream, slot);
    this.#open.answer(slot, this.#open.segments.of(slot), atMs, true);
  }

  /** An answer on its own, as a request's. */
  arrived(slot: number, atMs: number, stream = UNORDERED, intendedAtMs?: number): void {
    if (slot >= this.#slots) return;
    if (slot < this.#folded) {
      this.#arrivedFolded(slot, atMs, stream, intendedAtMs);
      return;
    }
    const segment = this.#open.segments.of(slot);
    const state = this.#open.ring.stateOf(slot);
    if (state === SLOT.done) segment.duplicated++;
    if (state !== SLOT.sent && state !== SLOT.overtaken && state !== SLOT.lost) return;
    if (state === SLOT.lost) this.#open.counts.notLost(segment);
    if (state !== SLOT.sent) segment.reordered++;
    this.#open.answer(slot, segment, atMs, true);
  }

  /**
   * An answer without an envelope: counts alone tell which message it is. While those with an
   * envelope come in time it is the stream's oldest that may still be in time, and older ones are
   * lost; while they come late it is the oldest of all. With none out it is a duplicate.
   */
  arrivedCounted(stream: number, atMs: number): void {
    const timely = this.#open.behind
      ? NO_SLOT
      : this.#open.oldestCounted(stream, SLOT.sent, this.#open.expired);
    if (timely !== NO_SLOT) {
      this.#open.counts.totals.lost += this.#folds.loseCounted(stream, timely);
      this.#open.loseCounted(stream, timely);
      this.#open.answer(timely, this.#open.segments.of(timely), atMs, false);
      return;
    }
    const folded = this.#folds.answerCounted(stream);
    if (folded !== undefined) {
      this.#open.counts.done(folded, true);
      folded.lateAfterFold++;
      return;
    }
    const sent = this.#open.oldestCounted(stream, SLOT.sent);
    const slot = sent === NO_SLOT ? this.#open.oldestCounted(stream, SLOT.lost) : sent;
    if (slot === NO_SLOT) {
      this.#open.segments.newest.duplicated++;
      return;
    }
    const segment = this.#open.segments.of(slot);
    if (sent === NO_SLOT) {
      this.#open.counts.notLost(segment);
      segment.reordered++;
    }
    this.#open.answer(slot, segment, atMs, false);
  }

  /**
   * Counts slots whose deadline has passed unanswered, and folds those older than the grace. Call it
   * often; it never looks back.
   */
  expire(nowMs: number): void {
    const open = this.#open;
    const { intendedAt, mask } = open.ring;
    open.balance.pass(nowMs);
    const limit = nowMs - this.deadlineMs;
    while (open.expired < this.#slots && (intendedAt[open.expired & mask] ?? 0) < limit) {
      open.expireNext();
    }
    const foldLimit = limit - this.#graceMs;
    while (this.#folded < open.expired && (intendedAt[this.#folded & mask] ?? 0) < foldLimit) {
      this.#fold(this.#folded++);
    }
  }

  /** Everything still out is lost: the target has been silent for longer than it may be. */
  loseAllInFlight(): void {
    for (let slot = this.#folded; slot < this.#slots; slot++) {
      const state = this.#open.ring.stateOf(slot);
      if (state === SLOT.sent || state === SLOT.overtaken) this.#open.lose(slot);
    }
    this.#open.counts.totals.lost += this.#folds.loseAll(this.#slots);
  }

  /** State of a slot that is still open. */
  stateOf(slot: number): SlotState {
    return this.#open.ring.stateOf(slot);
  }

  intendedAt(slot: number): number {
    return this.#open.ring.intendedAt[slot & this.#open.ring.mask] ?? 0;
  }

  #arrivedFolded(slot: number, atMs: number, stream: number, intendedAtMs?: number): void {
    const segment = this.#open.segments.of(slot);
    const claim = this.#folds.answer(slot, stream, segment);
    if (claim === "forgotten") this.forgotten++;
    if (claim === "answered") segment.duplicated++;
    if (claim !== "pending" && claim !== "lost") return;
    if (claim === "lost") {
      this.#open.counts.notLost(segment);
      segment.reordered++;
    }
    this.#open.counts.done(segment, true);
    segment.lateAfterFold++;
    this.#open.behind = true;
    // So late that it hardly matters how late it was sent.
    const latencyMs = atMs - (intendedAtMs ?? atMs - this.deadlineMs - this.#graceMs);
    this.#open.counts.time(segment, latencyMs, latencyMs);
  }

  #fold(slot: number): void {
    const { ring, order, balance, segments } = this.#open;
    const state = ring.stateOf(slot);
    this.#folds.push(state);
    // One never sent has no stream: what stands there is that of an older slot.
    if (state === SLOT.due || state === SLOT.unsent) return;
    const stream = ring.stream[slot & ring.mask] ?? UNORDERED;
    order.drop(slot, stream);
    if (state !== SLOT.sent) return;
    balance.giveUp();
    this.#folds.miss(stream, segments.of(slot), ring.isCounted(slot));
  }

  #reserve(slots: number): void {
    this.#open.ring.reserve(slots, this.#folded, this.#slots);
  }
}
