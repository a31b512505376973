import type { Random } from "../random.ts";
import type { ServiceFaults } from "./model.ts";

/** When work ends that starts at a time and takes so long, with the pauses in between. */
export type Pauses = (startMs: number, workMs: number) => number;

/** Pauses with exponential gaps; times asked for must not go back. */
export function createPauses(pauses: ServiceFaults["pauses"], random: Random): Pauses {
  if (pauses === undefined) return (startMs, workMs) => startMs + workMs;
  const { everyMs, fromMs, toMs } = pauses;
  const gap = () => -Math.log(1 - random()) * everyMs;
  const length = () => fromMs + (toMs - fromMs) * random();
  let next: { beginMs: number; endMs: number } | undefined;

  const after = (atMs: number) => {
    const beginMs = atMs + gap();
    return { beginMs, endMs: beginMs + length() };
  };
  return (startMs, workMs) => {
    next ??= after(startMs);
    while (next.endMs <= startMs) next = after(next.endMs);
    let leftMs = workMs;
    let atMs = startMs;
    while (atMs + leftMs > next.beginMs) {
      leftMs -= Math.max(0, next.beginMs - atMs);
      atMs = next.endMs;
      next = after(next.endMs);
    }
    return atMs + leftMs;
  };
}
