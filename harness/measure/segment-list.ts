import { newSegment, type Segment } from "./segment.ts";

/** The segments of a step, each a run of slots. */
export class SegmentList {
  newest = newSegment({ judged: false, startedAtMs: 0, plannedCount: 0, firstSlot: 0 });
  /** In order of their first slots. */
  #segments: Segment[] = [];

  push(segment: Segment): void {
    this.#segments.push(segment);
    this.newest = segment;
  }

  /** The segment of a slot: almost always the newest. */
  of(slot: number): Segment {
    if (slot >= this.newest.firstSlot) return this.newest;
    let at = this.#segments.length - 2;
    while (at > 0 && slot < (this.#segments[at]?.firstSlot ?? 0)) at--;
    return this.#segments[at] ?? this.newest;
  }

  /** Lets go of segments of which no slot is remembered. */
  forget(isRemembered: (slot: number) => boolean): void {
    const all = this.#segments;
    this.#segments = all.filter((_, at) => {
      const next = all[at + 1];
      return next === undefined || isRemembered(next.firstSlot - 1);
    });
  }
}
