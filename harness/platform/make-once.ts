import { type Clock, pause } from "../load/clock.ts";
import { isPassing, isTaken } from "./refusal.ts";

/** Waits before a thing is asked for again. */
const BACK_OFF_MS = [200, 800];

export interface Making<T> {
  readonly make: () => Promise<T>;
  /** Looks for the thing by what it alone has on the instance: name, URL, or ends. */
  readonly find: (error: unknown) => Promise<T | undefined>;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Creates what can be there only once. A call whose answer was lost may have done its work: the
 * thing is looked for then, and asked for again only where it is not. Two calls that cross end in
 * one thing, because the platform refuses the second.
 */
export async function makeOnce<T>({ make, find, clock, signal }: Making<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await make();
    } catch (error) {
      const waitMs = BACK_OFF_MS[attempt];
      const isTheirs = isTaken(error);
      if (!isTheirs && (waitMs === undefined || !isPassing(error))) throw error;
      const found = await find(error);
      if (found !== undefined) return found;
      if (isTheirs || waitMs === undefined) throw error;
      // An interrupt is reported by the call that follows.
      await pause(clock, waitMs, signal).catch(() => undefined);
    }
  }
}
