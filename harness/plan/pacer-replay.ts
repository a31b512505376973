import type { Pacer } from "./pacer.ts";

/** Recorded send times. Offsets rise, from the start of the recording. */
export interface RecordedOffsets {
  readonly offsetsMs: readonly number[];
  /** Length of the recording: when it repeats, the next round begins here. */
  readonly lengthMs: number;
}

/** A recording sent again as it was, `speed` times as fast, once or over and over. */
export const replayPace =
  ({ offsetsMs, lengthMs }: RecordedOffsets, speed: number, repeat: boolean): Pacer =>
  (_perSec, durationMs, _random, fromMs = 0) => {
    const roundMs = lengthMs / speed;
    const first = repeat ? Math.floor(fromMs / roundMs) : 0;
    const end = repeat ? Math.ceil((fromMs + durationMs) / roundMs) : 1;
    const offsets: number[] = [];
    for (let round = first; round < end; round++) {
      // Multiply each time: adding up rounds drifts.
      const startMs = round * roundMs - fromMs;
      for (let i = firstFrom(offsetsMs, -startMs * speed); i < offsetsMs.length; i++) {
        const atMs = startMs + (offsetsMs[i] ?? 0) / speed;
        if (atMs >= durationMs) break;
        if (atMs >= 0) offsets.push(atMs);
      }
    }
    return Float64Array.from(offsets);
  };

/** Index of the first offset at or just before `atMs`: the caller checks the edge itself. */
function firstFrom(offsetsMs: readonly number[], atMs: number): number {
  let low = 0;
  let high = offsetsMs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((offsetsMs[middle] ?? 0) < atMs) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}
