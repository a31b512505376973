import { NO_SLOT, type SlotRing } from "./slot-ring.ts";

/**
 * The open slots of each stream that no answer has passed yet, oldest first, as chains through the
 * ring. A slot of no stream is in none.
 */
export class StreamOrder {
  readonly #ring: SlotRing;
  readonly #oldest: Int32Array;
  readonly #youngest: Int32Array;

  constructor(streams: number, ring: SlotRing) {
    this.#ring = ring;
    this.#oldest = new Int32Array(streams).fill(NO_SLOT);
    this.#youngest = new Int32Array(streams).fill(NO_SLOT);
  }

  /** The slot is the youngest of its stream. */
  push(slot: number, stream: number): void {
    const { younger, mask } = this.#ring;
    younger[slot & mask] = NO_SLOT;
    if (stream < 0) return;
    const youngest = this.#youngest[stream] ?? NO_SLOT;
    if (youngest === NO_SLOT) this.#oldest[stream] = slot;
    else younger[youngest & mask] = slot;
    this.#youngest[stream] = slot;
  }

  oldest(stream: number): number {
    return this.#oldest[stream] ?? NO_SLOT;
  }

  /** Drops the stream's slots older than `slot`, and that one too when it is the next. */
  dropThrough(slot: number, stream: number, each: (passed: number) => void): void {
    const { younger, mask } = this.#ring;
    let oldest = this.oldest(stream);
    while (oldest !== NO_SLOT && oldest < slot) {
      each(oldest);
      oldest = younger[oldest & mask] ?? NO_SLOT;
    }
    if (oldest === slot) oldest = younger[slot & mask] ?? NO_SLOT;
    this.#setOldest(stream, oldest);
  }

  /** A slot that is folded is in no chain any more; slots fold in the order of their chains. */
  drop(slot: number, stream: number): void {
    if (stream < 0 || this.oldest(stream) !== slot) return;
    this.#setOldest(stream, this.#ring.younger[slot & this.#ring.mask] ?? NO_SLOT);
  }

  #setOldest(stream: number, slot: number): void {
    this.#oldest[stream] = slot;
    if (slot === NO_SLOT) this.#youngest[stream] = NO_SLOT;
  }
}
