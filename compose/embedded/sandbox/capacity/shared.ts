import { erlang4, type Random } from "../random.ts";

/** What all axes of a machine work on besides their own: its processor, its database. */
export interface SharedResource {
  /** When work that takes so long on an axis of its own is done here. */
  occupy(nowMs: number, serviceMs: number): number;
  backlogMs(nowMs: number): number;
}

/**
 * One queue for the work of all axes, each piece as long as its own service times `ratio`. With 1
 * the loads of all axes, as shares of their capacities, add up to 1 at most; with 0.5 to 2.
 */
export function createSharedResource(ratio: number, random: Random): SharedResource {
  let busyUntilMs = Number.NEGATIVE_INFINITY;
  return {
    occupy(nowMs, serviceMs) {
      busyUntilMs = Math.max(nowMs, busyUntilMs) + serviceMs * ratio * erlang4(random);
      return busyUntilMs;
    },
    backlogMs: (nowMs) => Math.max(0, busyUntilMs - nowMs),
  };
}
