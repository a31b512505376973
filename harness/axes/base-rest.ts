/** A backend's PU_STATE_SEND_INTERVAL, unless it says otherwise. */
export const STATE_EVERY_MS = 60_000;
/** For clocks that differ, and for what is on its way. */
const MARGIN_MS = 1500;
/** So long a state may wait in the broker before a backend that is behind accepts it after all. */
const UNSEEN_MS = 60_000;

/** The backend drops a state that comes sooner after the last one it accepted from the Unit. */
export const stateRestMs = (stateEveryMs: number): number => stateEveryMs + MARGIN_MS;

/** A Unit that may not send a state yet, or is waiting for the last one to be seen. */
export interface Resting {
  readonly unit: number;
  /** By the run's clock. */
  readonly freeAtMs: number;
}

/**
 * When each Unit may send its next state. The minute begins when the backend accepts one, at the
 * latest when it could be read back; one never seen may have been accepted until it was given up.
 */
export class StateRests {
  readonly #freeAtMs = new Map<number, number>();
  readonly #out = new Map<number, number>();

  isFree(unit: number, nowMs: number): boolean {
    return (this.#freeAtMs.get(unit) ?? -Infinity) <= nowMs;
  }

  offered(unit: number, atMs: number, restMs: number): void {
    this.#freeAtMs.set(unit, atMs + UNSEEN_MS + restMs);
    this.#out.set(unit, restMs);
  }

  /** Its last state was seen on the far side. */
  accepted(unit: number, atMs: number, restMs: number): void {
    if (this.#out.delete(unit)) this.#freeAtMs.set(unit, atMs + restMs);
  }

  /** Nothing that is still out can be accepted after this. */
  givenUp(atMs: number): void {
    for (const [unit, restMs] of this.#out) this.#freeAtMs.set(unit, atMs + restMs);
    this.#out.clear();
  }

  /** All that are not free now. */
  resting(nowMs: number): Resting[] {
    const resting: Resting[] = [];
    for (const [unit, freeAtMs] of this.#freeAtMs) {
      if (freeAtMs > nowMs) resting.push({ unit, freeAtMs });
      else this.#freeAtMs.delete(unit);
    }
    return resting;
  }
}

export interface RestPlan {
  /** Units in the order in which they may send: those that rested longest first. */
  readonly order: readonly number[];
  /** When a step may begin so that no Unit is asked before its time. */
  readonly startMs: number;
  /** So many states of the step at most can be sent, each Unit resting in between. */
  readonly mostStates: number;
}

export interface RestQuestion {
  readonly units: number;
  readonly resting: readonly Resting[];
  readonly nowMs: number;
  readonly statesPerSec: number;
  /** How many states the step has. */
  readonly states: number;
  /** Rest of a Unit, and in a step that goes well the most until its state was seen. */
  readonly restMs: number;
  readonly deadlineMs: number;
}

/** Sends of a random schedule come ahead of its mean by so many deviations at most. */
const AHEAD_DEVIATIONS = 4;

/** Who sends the states of a step, and from when on. */
export function planRests(question: RestQuestion): RestPlan {
  const { units, resting, nowMs, statesPerSec, states, restMs, deadlineMs } = question;
  const freeAtMs = new Map(resting.map((one) => [one.unit, one.freeAtMs]));
  const all = Array.from({ length: units }, (_, unit) => ({
    unit,
    freeAtMs: freeAtMs.get(unit) ?? nowMs,
  }));
  all.sort((a, b) => a.freeAtMs - b.freeAtMs || a.unit - b.unit);
  let startMs = nowMs;
  for (const [place, one] of all.slice(0, Math.ceil(states)).entries()) {
    startMs = Math.max(startMs, one.freeAtMs - soonestMs(place, statesPerSec));
  }
  // After a full round the first sends again, and its minute began when its state was seen.
  const roundMs = soonestMs(all.length, statesPerSec);
  const mostStates = roundMs >= restMs + deadlineMs ? Infinity : all.length;
  return { order: all.map(({ unit }) => unit), startMs, mostStates };
}

/** How soon after its start a schedule may reach its n-th send, milliseconds. */
function soonestMs(nth: number, perSec: number): number {
  const fewest = nth - AHEAD_DEVIATIONS * Math.sqrt(nth) - 1;
  return (Math.max(0, fewest) * 1000) / perSec;
}
