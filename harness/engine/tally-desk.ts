import { sumTallies, type Tally } from "./tally.ts";

/** Gathers what the threads tell of the same look, until all of them have told. */
export class TallyDesk {
  readonly #threads: number;
  readonly #told = new Map<string, Tally[]>();

  constructor(threads: number) {
    this.#threads = threads;
  }

  /** The whole, when this was the last part missing. */
  take(tally: Tally): Tally | undefined {
    const { segment, moment, look } = tally;
    const key = moment === "half" ? `${segment} ${look}` : `${segment} ${moment}`;
    const parts = this.#told.get(key) ?? [];
    parts.push(tally);
    this.#told.set(key, parts);
    if (parts.length < this.#threads) return undefined;
    this.#told.delete(key);
    return sumTallies(parts);
  }
}
