import { FOLDED, type FoldedEnd, FoldedEnds } from "./folded-ends.ts";
import { MissingSlots } from "./missing-slots.ts";
import type { Segment } from "./segment.ts";
import { SLOT, type SlotState } from "./slot-ring.ts";

/** What a late message finds its folded slot to be; it is taken out of what is pending or lost. */
export type Claim = "pending" | "lost" | "answered" | "nothing owed" | "forgotten";

const END_OF: Readonly<Record<SlotState, FoldedEnd>> = {
  [SLOT.due]: FOLDED.over,
  [SLOT.sent]: FOLDED.missing,
  // It is lost by then: its deadline has passed.
  [SLOT.overtaken]: FOLDED.lost,
  [SLOT.done]: FOLDED.answered,
  [SLOT.lost]: FOLDED.lost,
  [SLOT.failed]: FOLDED.over,
  [SLOT.unsent]: FOLDED.over,
};

/** The slots a ledger has folded: what they ended as, and what is still owed for them. */
export class FoldedSlots {
  readonly #ends: FoldedEnds;
  readonly #missing = new MissingSlots();
  /** Those sent without an envelope: which one an arrival belongs to nobody knows. */
  readonly #missingCounted = new MissingSlots();

  constructor(rememberedSlots?: number) {
    this.#ends = new FoldedEnds(rememberedSlots);
  }

  /** Folded slots are still waited for. */
  get someMissing(): boolean {
    return !this.#missing.none || !this.#missingCounted.none;
  }

  isRemembered(slot: number): boolean {
    return this.#ends.isRemembered(slot);
  }

  /** Folds the slot after the last. */
  push(state: SlotState): void {
    this.#ends.push(END_OF[state]);
  }

  /** The slot last folded was sent on this stream and is not answered. */
  miss(stream: number, segment: Segment, counted: boolean): void {
    (counted ? this.#missingCounted : this.#missing).add(stream, segment);
  }

  /** The stream moved on to `slot`, younger than all folded ones: how many are lost by that. */
  lose(stream: number, slot: number): number {
    return this.#missing.lose(stream, slot) + this.#missingCounted.lose(stream, slot);
  }

  loseCounted(stream: number, slot: number): number {
    return this.#missingCounted.lose(stream, slot);
  }

  loseAll(slot: number): number {
    return this.#missing.loseAll(slot) + this.#missingCounted.loseAll(slot);
  }

  answer(slot: number, stream: number, segment: Segment): Claim {
    return this.#claim(slot, stream, segment, FOLDED.answered);
  }

  fail(slot: number, stream: number, segment: Segment): Claim {
    return this.#claim(slot, stream, segment, FOLDED.over);
  }

  /** Answers the oldest pending slot that was sent without an envelope. */
  answerCounted(stream: number): Segment | undefined {
    return this.#missingCounted.takeOldest(stream);
  }

  #claim(
    slot: number,
    stream: number,
    segment: Segment,
    end: typeof FOLDED.answered | typeof FOLDED.over,
  ): Claim {
    if (!this.#ends.isRemembered(slot)) return "forgotten";
    const before = this.#ends.of(slot);
    if (before === FOLDED.answered) return "answered";
    if (before === FOLDED.over) return "nothing owed";
    const lost = before === FOLDED.lost || this.#missing.isLost(slot, stream);
    if (!lost && !this.#missing.take(stream, segment)) return "nothing owed";
    this.#ends.set(slot, end);
    return lost ? "lost" : "pending";
  }
}
