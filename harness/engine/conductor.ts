import type { LoadStep } from "./measure-step.ts";
import { muchDropped, OverloadWatch } from "./overload-watch.ts";
import type { Tally } from "./tally.ts";

/** Ends a segment before its time, everywhere at the same moment. */
export interface Cut {
  readonly segment: number;
  readonly atMs: number;
  /** Go on with the next window; otherwise the step is over, what has begun since is dropped. */
  readonly next: boolean;
}

/** A segment that counts, and how it ended. */
export interface JudgedSegment {
  readonly segment: number;
  readonly curtailed: boolean;
  readonly hard: boolean;
}

export interface ConductorOptions {
  readonly step: LoadStep;
  readonly maxBadRatio: number;
  readonly badSlack?: number | undefined;
  /** How long a cut takes to reach every thread; 0 when the one that asks is the one that sends. */
  readonly leadMs: number;
}

const HALF_SECOND = 0.5;
/** A window that is not curtailed and loses this share met overload, not a stall. */
const OVERLOADED = 0.2;

/**
 * Decides when a segment or the whole step ends early, from what all threads together saw. Knows no
 * clock and sends nothing, so that it decides alike over one thread and over many.
 */
export class Conductor {
  readonly windows: JudgedSegment[] = [];
  /** The settle was plain overload: it stands for the windows. */
  settleAborted = false;
  broken: string | null = null;
  /** Seconds in which over 5 % of the traffic was late or lost. */
  harmSec = 0;
  readonly #options: ConductorOptions;
  #segment = 0;
  #windowsLeft: number;
  #over = false;
  #watch: OverloadWatch;
  /** Planned end of the segment, once a tally told it. */
  #endMs = Infinity;
  /** A cut from elsewhere in a segment that has not begun here. */
  #ahead: Cut | undefined;

  constructor(options: ConductorOptions) {
    const { windows, settleMs } = options.step;
    this.#options = options;
    this.#windowsLeft = settleMs > 0 ? windows : windows - 1;
    this.#watch = new OverloadWatch(options);
  }

  /** What a tally of all threads calls for, if anything. A segment that is over is heard no more. */
  hear(tally: Tally, nowMs: number): Cut | undefined {
    if (this.#over || tally.segment !== this.#segment) return undefined;
    this.#endMs = tally.endMs;
    switch (tally.moment) {
      case "half":
        return this.#halfSecond(tally, nowMs);
      case "end":
        return this.#atEnd(tally, nowMs);
      case "stopped":
        return this.#stop(tally, nowMs, true, false);
      default:
        return tally.moment satisfies never;
    }
  }

  /** A cut that another axis called for; whether it is to be carried out here, too. */
  take(cut: Cut): boolean {
    if (this.#over) return false;
    if (cut.segment > this.#segment) {
      this.#ahead = cut;
      return true;
    }
    if (cut.segment < this.#segment) {
      // That segment has ended here by plan; what has begun since is dropped.
      this.#over = !cut.next;
      return this.#over;
    }
    this.#keepCut(cut);
    if (cut.next) this.#begin();
    else this.#over = true;
    return true;
  }

  get #goesToTheEnd(): boolean {
    return this.#options.step.toTheEnd === true;
  }

  #halfSecond(tally: Tally, nowMs: number): Cut | undefined {
    // Where sessions come back by themselves, none left is no end.
    if (tally.broken !== null && !this.#goesToTheEnd) {
      this.broken = tally.broken;
      return this.#stop(tally, nowMs, true, true);
    }
    const look = this.#watch.look(tally);
    if (look.harm) this.harmSec += HALF_SECOND;
    if (!this.#options.step.curtail) return undefined;
    if (!tally.judged) {
      if (!look.settleOverload) return undefined;
      this.settleAborted = true;
      return this.#stop(tally, nowMs, true, true);
    }
    if (!look.verdictFixed) return undefined;
    if (look.hard) return this.#stop(tally, nowMs, true, true);
    if (!look.waitedEnough) return undefined;
    // The threads go into the next window by themselves when a segment ends by plan.
    if (this.#cutAt(tally, nowMs) >= tally.endMs) return undefined;
    return this.#goOn(tally, nowMs);
  }

  #goOn(tally: Tally, nowMs: number): Cut {
    if (this.#windowsLeft === 0 || this.#isHard(tally))
      return this.#stop(tally, nowMs, true, false);
    this.#keep(tally, true, false);
    this.#begin();
    return { segment: tally.segment, atMs: this.#cutAt(tally, nowMs), next: true };
  }

  #atEnd(tally: Tally, nowMs: number): Cut | undefined {
    const hard = tally.judged && this.#isHard(tally);
    const isLast = this.#windowsLeft === 0 || (hard && !this.#goesToTheEnd);
    if (isLast) return this.#stop(tally, nowMs, false, hard);
    this.#keep(tally, false, hard);
    this.#begin();
    return undefined;
  }

  #stop(tally: Tally, nowMs: number, curtailed: boolean, hard: boolean): Cut {
    this.#over = true;
    this.#keep(tally, curtailed, hard || this.#isHard(tally));
    return { segment: tally.segment, atMs: this.#cutAt(tally, nowMs), next: false };
  }

  #begin(): void {
    this.#windowsLeft--;
    this.#segment++;
    this.#endMs = Infinity;
    this.#watch = new OverloadWatch(this.#options);
    const ahead = this.#ahead;
    this.#ahead = undefined;
    if (ahead !== undefined) this.take(ahead);
  }

  #keep({ judged, segment }: Tally, curtailed: boolean, hard: boolean): void {
    // A settle stands for the windows where there will be none.
    if (!judged && !this.settleAborted && this.broken === null) return;
    this.windows.push({ segment, curtailed, hard });
  }

  /** A settle that was cut stands for the windows: there will be none. */
  #keepCut({ segment, atMs }: Cut): void {
    this.windows.push({ segment, curtailed: atMs < this.#endMs, hard: false });
  }

  #isHard(tally: Tally): boolean {
    if (muchDropped(tally)) return true;
    if (tally.dropped > 0 && this.#watch.isBad(tally)) return true;
    return !this.#options.step.curtail && tally.bad > OVERLOADED * tally.slots;
  }

  #cutAt({ atMs }: Tally, nowMs: number): number {
    const { leadMs } = this.#options;
    return Math.max(atMs + leadMs, nowMs + leadMs / 2);
  }
}
