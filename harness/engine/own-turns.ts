import type { AxisDriver } from "../axes/driver.ts";

/** The slots of a segment that one thread sends: when, and at which turns of the step. */
export interface OwnTurns {
  /** From the start of the segment. */
  readonly offsetsMs: Float64Array;
  readonly turns: Uint32Array;
}

/** Own slots of a segment whose first slot is turn `firstTurn` of the step. */
export function ownTurns(
  schedule: Float64Array,
  firstTurn: number,
  driver: Pick<AxisDriver, "owns">,
): OwnTurns {
  const offsetsMs = new Float64Array(schedule.length);
  const turns = new Uint32Array(schedule.length);
  let own = 0;
  for (let at = 0; at < schedule.length; at++) {
    if (!driver.owns(firstTurn + at)) continue;
    offsetsMs[own] = schedule[at] ?? 0;
    turns[own++] = firstTurn + at;
  }
  return { offsetsMs: offsetsMs.subarray(0, own), turns: turns.subarray(0, own) };
}
