/** What a stretch of time saw, milliseconds. */
export interface InFlightReading {
  /** The in-flight count, summed over time. */
  readonly countedMs: number;
  /** The times that the single messages were in flight in it. */
  readonly timedMs: number;
}

/** Places in the sums. Times are counted from the origin. */
const ORIGIN = 0;
const CLOCK = 1;
/** The ledger's count, and its sum over time. */
const IN_FLIGHT = 2;
const COUNTED = 3;
/** Messages that are out by their own account, and the sum of the times they were sent at. */
const OPEN = 4;
const OPEN_SENT = 5;
/** What those that ended took. */
const ENDED = 6;
const SUMS = 7;

const NOTHING: InFlightReading = { countedMs: 0, timedMs: 0 };

/**
 * Little's law, exact for any stretch of time: the in-flight count summed over time is the sum of
 * the times that the single messages were in flight in it, those cut by its edges included. One side
 * comes from the ledger's counters and a clock that only goes forward, the other from the times that
 * each message carries: a leak, a message counted twice, or times of two clocks set them apart.
 */
export class InFlightBalance {
  /** Numbers in a typed array change in place; as fields each change would allocate. */
  readonly #sums = new Float64Array(SUMS);
  #atBegin = NOTHING;
  #begun = false;
  #givenUp = false;

  /** Time goes on to `atMs`. */
  pass(atMs: number): void {
    const sums = this.#sums;
    const pastMs = atMs - (sums[ORIGIN] ?? 0) - (sums[CLOCK] ?? 0);
    if (!(pastMs > 0)) return;
    sums[COUNTED] = (sums[COUNTED] ?? 0) + (sums[IN_FLIGHT] ?? 0) * pastMs;
    sums[CLOCK] = (sums[CLOCK] ?? 0) + pastMs;
  }

  /** A message goes out; the ledger's count is `inFlight` from then on. */
  sent(atMs: number, inFlight: number): void {
    this.pass(atMs);
    const sums = this.#sums;
    sums[IN_FLIGHT] = inFlight;
    sums[OPEN] = (sums[OPEN] ?? 0) + 1;
    sums[OPEN_SENT] = (sums[OPEN_SENT] ?? 0) + atMs - (sums[ORIGIN] ?? 0);
  }

  /** A message is answered; the ledger's count is `inFlight` from then on. */
  answered(sentAtMs: number, atMs: number, inFlight: number): void {
    this.pass(atMs);
    const sums = this.#sums;
    sums[IN_FLIGHT] = inFlight;
    sums[OPEN] = (sums[OPEN] ?? 0) - 1;
    sums[OPEN_SENT] = (sums[OPEN_SENT] ?? 0) - sentAtMs + (sums[ORIGIN] ?? 0);
    sums[ENDED] = (sums[ENDED] ?? 0) + atMs - sentAtMs;
  }

  /** A message failed or was lost: it ends at the last moment known. */
  ended(sentAtMs: number, inFlight: number): void {
    const sums = this.#sums;
    this.answered(sentAtMs, (sums[ORIGIN] ?? 0) + (sums[CLOCK] ?? 0), inFlight);
  }

  begin(atMs: number): void {
    // Small numbers keep their digits when millions are added up.
    if (!this.#begun) this.#sums[ORIGIN] = atMs;
    this.#begun = true;
    this.#atBegin = this.#read(atMs);
  }

  /** What was seen since `begin`. */
  end(atMs: number): InFlightReading {
    if (this.#givenUp) return NOTHING;
    const { countedMs, timedMs } = this.#read(atMs);
    const before = this.#atBegin;
    return { countedMs: countedMs - before.countedMs, timedMs: timedMs - before.timedMs };
  }

  /** The times of a message that is still out are forgotten: nothing can be said any more. */
  giveUp(): void {
    this.#givenUp = true;
  }

  #read(atMs: number): InFlightReading {
    const sums = this.#sums;
    this.pass(atMs);
    const stillOpenMs = (sums[OPEN] ?? 0) * (sums[CLOCK] ?? 0) - (sums[OPEN_SENT] ?? 0);
    return { countedMs: sums[COUNTED] ?? 0, timedMs: (sums[ENDED] ?? 0) + stillOpenMs };
  }
}
