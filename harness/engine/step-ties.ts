import type { Conductor, Cut } from "./conductor.ts";
import type { Tally } from "./tally.ts";

interface Tied {
  readonly conductor: Conductor;
  /** Carries out a cut in whatever sends. */
  readonly obey: (cut: Cut) => void;
}

/**
 * Binds the steps of several axes that are driven at the same time: they begin at one moment, and
 * what ends a window of one before its time ends it for all.
 */
export class StepTies {
  /** `now()` at which every step begins. */
  readonly startMs: number;
  /** How long a cut takes to reach whatever sends: one for all, so that all cut alike. */
  readonly leadMs: number;
  readonly #tied: Tied[] = [];

  constructor({ startMs, leadMs }: { readonly startMs: number; readonly leadMs: number }) {
    this.startMs = startMs;
    this.leadMs = leadMs;
  }

  /** How one axis' tallies are heard from now on: its own cut, if any, is what comes back. */
  tie(
    conductor: Conductor,
    obey: (cut: Cut) => void,
  ): (tally: Tally, nowMs: number) => Cut | undefined {
    const own: Tied = { conductor, obey };
    this.#tied.push(own);
    return (tally, nowMs) => {
      const cut = conductor.hear(tally, nowMs);
      if (cut !== undefined && concernsAll(tally, conductor)) this.#pass(cut, own);
      return cut;
    };
  }

  #pass(cut: Cut, from: Tied): void {
    for (const other of this.#tied) {
      if (other !== from && other.conductor.take(cut)) other.obey(cut);
    }
  }
}

/** A step that ends as planned ends for all by itself, and one stopped by hand is stopped for all. */
const concernsAll = ({ moment }: Tally, { windows }: Conductor): boolean =>
  moment === "half" || (moment === "end" && windows.at(-1)?.hard === true);
