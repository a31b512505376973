import type { Segment } from "./segment.ts";

/**
 * Folded slots that were sent and never answered, as counts a stream and segment. They are pending
 * until their stream moves on past them; from then on they are lost.
 */
export class MissingSlots {
  readonly #pending = new Map<number, Map<Segment, number>>();
  /** The stream's missing slots below this one are lost. */
  readonly #lostBelow = new Map<number, number>();

  get none(): boolean {
    return this.#pending.size === 0;
  }

  add(stream: number, segment: Segment): void {
    let counts = this.#pending.get(stream);
    if (counts === undefined) this.#pending.set(stream, (counts = new Map()));
    counts.set(segment, (counts.get(segment) ?? 0) + 1);
  }

  /** The stream moved on to `slot`: what it misses is lost. Says how many that were. */
  lose(stream: number, slot: number): number {
    const counts = this.#pending.get(stream);
    if (counts === undefined) return 0;
    this.#pending.delete(stream);
    this.#lostBelow.set(stream, slot);
    let all = 0;
    for (const [segment, count] of counts) {
      segment.lost += count;
      all += count;
    }
    return all;
  }

  loseAll(slot: number): number {
    let all = 0;
    for (const stream of this.#pending.keys()) all += this.lose(stream, slot);
    return all;
  }

  isLost(slot: number, stream: number): boolean {
    return slot < (this.#lostBelow.get(stream) ?? 0);
  }

  /** Takes a pending one back; false when the stream has none in that segment. */
  take(stream: number, segment: Segment): boolean {
    const counts = this.#pending.get(stream);
    const count = counts?.get(segment);
    if (counts === undefined || count === undefined) return false;
    if (count > 1) counts.set(segment, count - 1);
    else counts.delete(segment);
    if (counts.size === 0) this.#pending.delete(stream);
    return true;
  }

  /** Takes back the stream's oldest pending one, and says of which segment it is. */
  takeOldest(stream: number): Segment | undefined {
    const segment = this.#pending.get(stream)?.keys().next().value;
    if (segment !== undefined) this.take(stream, segment);
    return segment;
  }
}
