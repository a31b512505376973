import type { StoredRow } from "../platform/pipes.ts";

/**
 * How far the rows of a node were read. Rows of the same millisecond may come on either side of an
 * answer's end, so those of the last one are known by what they say and how often.
 */
export class RowCursor {
  /** Time of the newest row known. */
  since: string | undefined;
  #atSince = new Map<string, number>();

  /** Of all rows from `since` on, oldest first, those that are new. */
  take(rows: readonly StoredRow[]): StoredRow[] {
    const { since } = this;
    const again = new Map<string, number>();
    const fresh = rows.filter(({ state, create_datetime: at }) => {
      if (at !== since) return true;
      return countUp(again, state) > (this.#atSince.get(state) ?? 0);
    });
    const newest = rows.at(-1)?.create_datetime;
    if (newest === undefined) return fresh;
    this.since = newest;
    this.#atSince = new Map();
    for (const row of rows) {
      if (row.create_datetime === newest) countUp(this.#atSince, row.state);
    }
    return fresh;
  }
}

function countUp(counts: Map<string, number>, key: string): number {
  const count = (counts.get(key) ?? 0) + 1;
  counts.set(key, count);
  return count;
}
