/** Sums over time since the first message, milliseconds. */
export interface InFlightReading {
  readonly countedMs: number;
  readonly timedMs: number;
}

/**
 * Little's law, exact for any stretch of time: the in-flight count summed over time is the sum of
 * the times that the single messages were in flight in it, those cut by its edges included. One side
 * comes from the ledger's counters and a clock that only goes forward, the other from the times that
 * each message carries: a leak, a message counted twice, or times of two clocks set them apart.
 */
export class InFlightBalance {
  #startMs: number | undefined;
  #clockMs = 0;
  #inFlight = 0;
  #countedMs = 0;
  /** Messages that are out by their own account, and the sum of the times they were sent at. */
  #open = 0;
  #openSentMs = 0;
  #endedMs = 0;

  /** The ledger's count from `atMs` on; also called to let time pass. */
  count(atMs: number, inFlight: number): void {
    const now = this.#since(atMs);
    if (now > this.#clockMs) {
      this.#countedMs += this.#inFlight * (now - this.#clockMs);
      this.#clockMs = now;
    }
    this.#inFlight = inFlight;
  }

  sent(atMs: number): void {
    this.#open++;
    this.#openSentMs += this.#since(atMs);
  }

  /** Answered, failed, or given up; without a time of its own, it ends now. */
  ended(sentAtMs: number, atMs?: number): void {
    const sent = this.#since(sentAtMs);
    this.#open--;
    this.#openSentMs -= sent;
    this.#endedMs += (atMs === undefined ? this.#clockMs : this.#since(atMs)) - sent;
  }

  /** Both sums up to `atMs`; what a window saw is the difference of two readings. */
  read(atMs: number): InFlightReading {
    this.count(atMs, this.#inFlight);
    const stillOpenMs = this.#open * this.#clockMs - this.#openSentMs;
    return { countedMs: this.#countedMs, timedMs: this.#endedMs + stillOpenMs };
  }

  /** Small numbers keep their digits when millions of them are added up. */
  #since(atMs: number): number {
    this.#startMs ??= atMs;
    return atMs - this.#startMs;
  }
}
