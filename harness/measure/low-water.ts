const HALF_MS = 50;

/**
 * The least of a figure over the last 50 to 100 ms. In-flight is read this way, because at any one
 * instant it also counts what was sent a moment ago and could not have been answered yet.
 */
export class LowWater {
  #halfBeganAtMs = -Infinity;
  #before: number | undefined;
  #now: number | undefined;

  note(atMs: number, value: number): void {
    if (atMs - this.#halfBeganAtMs >= HALF_MS) {
      this.#before = this.#now;
      this.#now = value;
      this.#halfBeganAtMs = atMs;
    } else if (this.#now === undefined || value < this.#now) this.#now = value;
  }

  /** 0 before anything was noted. */
  get value(): number {
    return Math.min(this.#before ?? Infinity, this.#now ?? 0);
  }
}
