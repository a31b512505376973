import type { LogPage, StatePage } from "./base-answers.ts";

/** What an instance tells of base messages, a page at a time, newest first. */
export interface BaseSource {
  /** Units in the order in which the backend changed them last. */
  states(range: Range): Promise<StatePage>;
  /** What one Unit logged. */
  logs(unitUuid: string, range: Range): Promise<LogPage>;
}

interface Range {
  readonly offset: number;
  readonly limit: number;
}

/** A state or log entry that was not there at the reading before. */
export interface BaseNews {
  readonly unitUuid: string;
  readonly kind: "state" | "log";
  /** The state's object, or the text of the entry. */
  readonly content: unknown;
}

/** What reading has cost so far. */
export interface ReadingCost {
  requests: number;
  rows: number;
}

/** A page is at least this long: a row more costs less than a request more. */
const LEAST_ROWS = 10;
const MOST_ROWS = 500;
/** Where a page did not do, the next is so many times as long. */
const MORE = 4;
/**
 * Rows this much older than the newest known are looked at again: a change that was dated first may
 * be readable second.
 */
const OVERLAP_MS = 1000;
/** Entries of a Unit that are known again. */
const REMEMBERED = 2000;

/**
 * Reads only what is new: states as the list of Units by their last change, as far down as what is
 * known; logs of the Units that log, each list likewise. So the cost follows the load, not the
 * number of Units.
 */
export class BaseReader {
  readonly cost: ReadingCost = { requests: 0, rows: 0 };
  readonly #source: BaseSource;
  readonly #states = new Map<string, string>();
  readonly #logs = new Map<string, Set<string>>();
  #newestMs = -Infinity;
  #stateRows = LEAST_ROWS;

  constructor(source: BaseSource) {
    this.#source = source;
  }

  /** Units whose state is new, the oldest first. The first call gives all there are. */
  async states(): Promise<BaseNews[]> {
    const untilMs = this.#newestMs - OVERLAP_MS;
    const news: BaseNews[] = [];
    let recent = 0;
    for (let offset = 0, limit = this.#stateRows; ; ) {
      const { units } = await this.#source.states({ offset, limit });
      this.#count(units.length);
      for (const { uuid, unit_state: state, last_update_datetime: updated } of units) {
        if (timeOf(updated) >= untilMs) recent++;
        this.#newestMs = Math.max(this.#newestMs, timeOf(updated));
        const text = JSON.stringify(state ?? null);
        if (this.#states.get(uuid) === text) continue;
        this.#states.set(uuid, text);
        news.push({ unitUuid: uuid, kind: "state", content: state });
      }
      const oldest = units.at(-1);
      offset += units.length;
      if (units.length < limit || timeOf(oldest?.last_update_datetime) < untilMs) break;
      limit = Math.min(MOST_ROWS, MORE * limit);
    }
    this.#stateRows = rowsFor(recent);
    return news.toReversed();
  }

  /** Entries of one Unit that are new, the oldest first. */
  async logs(unitUuid: string): Promise<BaseNews[]> {
    const known = this.#logs.get(unitUuid) ?? new Set<string>();
    this.#logs.set(unitUuid, known);
    const news: BaseNews[] = [];
    for (let offset = 0, limit = LEAST_ROWS; ; limit = Math.min(MOST_ROWS, MORE * limit)) {
      const { unit_logs: entries } = await this.#source.logs(unitUuid, { offset, limit });
      this.#count(entries.length);
      const fresh = entries.filter(({ uuid }) => !known.has(uuid));
      for (const { uuid, text } of fresh) {
        known.add(uuid);
        news.push({ unitUuid, kind: "log", content: text });
      }
      offset += entries.length;
      if (entries.length < limit || fresh.length < entries.length) break;
    }
    forgetOldest(known);
    return news.toReversed();
  }

  #count(rows: number): void {
    this.cost.requests++;
    this.cost.rows += rows;
  }
}

/** As many as had to be looked at last time and some more, so that one page nearly always does. */
const rowsFor = (recent: number): number =>
  Math.min(MOST_ROWS, Math.max(LEAST_ROWS, Math.ceil(1.25 * recent) + LEAST_ROWS / 2));

/** The platform's times are UTC and do not say so. */
const timeOf = (naive: string | null | undefined): number =>
  naive === null || naive === undefined ? -Infinity : Date.parse(`${naive.replace(/Z$/, "")}Z`);

function forgetOldest(known: Set<string>): void {
  for (const one of known) {
    if (known.size <= REMEMBERED) return;
    known.delete(one);
  }
}
