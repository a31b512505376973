/** What is still remembered of a slot once it is folded. */
export const FOLDED = {
  /** Sent and not answered. */
  missing: 0,
  /** Counted lost when it was folded. */
  lost: 1,
  /** Answered: whatever else comes is a duplicate. */
  answered: 2,
  /** Failed or never sent: nothing is owed. */
  over: 3,
} as const;
export type FoldedEnd = (typeof FOLDED)[keyof typeof FOLDED];

/**
 * Slots remembered after folding, the youngest of them: 2^23, two bits each, 2 MB at most. At 5,000
 * messages a second they go back 28 minutes.
 */
export const REMEMBERED_SLOTS = 2 ** 23;
const FIRST_ROOM = 1024;

/** The ends of folded slots, two bits each. */
export class FoldedEnds {
  readonly #limit: number;
  #ends: Uint8Array;
  #mask: number;
  /** Slots `0 … next − 1` are folded. */
  #next = 0;

  /** @param limit slots remembered, a power of two and at least 4. */
  constructor(limit = REMEMBERED_SLOTS) {
    this.#limit = limit;
    this.#mask = Math.min(limit, FIRST_ROOM) - 1;
    this.#ends = new Uint8Array((this.#mask + 1) / 4);
  }

  /** Folds the slot after the last. */
  push(end: FoldedEnd): void {
    if (this.#next > this.#mask && this.#mask + 1 < this.#limit) this.#grow();
    this.set(this.#next++, end);
  }

  /** False for slots too old to be known; those yet to be folded count as remembered. */
  isRemembered(slot: number): boolean {
    return slot >= this.#next - this.#mask - 1;
  }

  of(slot: number): FoldedEnd {
    const at = slot & this.#mask;
    return (((this.#ends[at >> 2] ?? 0) >> ((at & 3) << 1)) & 3) as FoldedEnd;
  }

  set(slot: number, end: FoldedEnd): void {
    const at = slot & this.#mask;
    const shift = (at & 3) << 1;
    const others = (this.#ends[at >> 2] ?? 0) & ~(3 << shift);
    this.#ends[at >> 2] = others | (end << shift);
  }

  /** Up to the limit no slot is forgotten: they lie in order from the first. */
  #grow(): void {
    const grown = new Uint8Array(this.#ends.length * 2);
    grown.set(this.#ends);
    this.#ends = grown;
    this.#mask = this.#mask * 2 + 1;
  }
}
