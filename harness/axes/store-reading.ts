import { type Clock, pause } from "../load/clock.ts";
import { type PipeWish, type RowPolicy, type RowQuery, type StoredRow } from "../platform/pipes.ts";
import { isPassing } from "../platform/refusal.ts";
import { RowCursor } from "./row-cursor.ts";
import { readReading, storePolicyOf } from "./store-kind.ts";
import type { FarReader } from "./written-engine.ts";
import type { Seen } from "./written-kind.ts";

/** What an instance tells of what it stored. */
export interface StoreSource {
  setPipes(wishes: readonly PipeWish[]): Promise<void>;
  rows(query: RowQuery): Promise<readonly StoredRow[]>;
  /** Present values of some nodes. */
  lastValues(
    nodes: readonly string[],
  ): Promise<readonly { readonly uuid: string; readonly state?: string | null | undefined }[]>;
}

export interface StoreReadingOptions {
  readonly source: StoreSource;
  readonly clock: Clock;
  readonly runTag: number;
  readonly payloadBytes: number;
  /** How often the DataPipe flushes. */
  readonly flushMs: number;
  /** From one reading of a node to the next: what was read is that much coarser. */
  readonly everyMs: number;
  /** The output node of a Unit. */
  readonly nodeOf: (unit: number) => string | undefined;
  readonly onProgress?: ((message: string) => void) | undefined;
}

/** Requests under way at once: nginx takes 20 connections of an address, and the rest is others'. */
const LANES = 8;
const PAGE_ROWS = 500;
/** Nodes in one request: their ids stay within the 8 KB that a request line may have. */
const NODES_PER_REQUEST = 100;
/** DataPipe reads its settings anew at its next flush after it heard that they changed. */
const HEARD_MS = 500;
/** So long may nothing be readable before it counts as gone. */
const PATIENCE_MS = 30_000;

/** One request, or a few that follow each other, and what they showed. */
type Look = () => Promise<readonly Seen[]>;

/**
 * Reads readings back over REST, round after round: each node that keeps rows by itself, only what
 * is new of it, those that keep a last value a hundred at a time. So there is less than one request
 * for each message where nodes store every 5 s, and never more than nodes ÷ `everyMs`.
 */
export class StoreReading implements FarReader {
  /** What reading has cost so far; none of it is load that was asked for. */
  readonly cost = { requests: 0, rows: 0 };
  readonly #options: StoreReadingOptions;
  readonly #nodes: string[] = [];
  readonly #cursors = new Map<number, RowCursor>();
  readonly #lastSerials = new Map<number, number>();
  #readAtMs = 0;
  #readingMs = 0;
  #slowestMs = 0;

  constructor(options: StoreReadingOptions) {
    this.#options = options;
  }

  async prepare(units: number, signal: AbortSignal): Promise<void> {
    const { source, payloadBytes, flushMs, nodeOf, clock, onProgress } = this.#options;
    const fresh: PipeWish[] = [];
    for (let unit = this.#nodes.length; unit < units; unit++) {
      const node = nodeOf(unit);
      if (node === undefined) throw new RangeError(`Unit ${unit} was never made`);
      fresh.push({ node, policy: storePolicyOf(unit), bytes: payloadBytes });
    }
    if (fresh.length === 0) return;
    onProgress?.(`telling the DataPipe what to keep of ${fresh.length} nodes`);
    await source.setPipes(fresh);
    this.#nodes.push(...fresh.map(({ node }) => node));
    await pause(clock, flushMs + HEARD_MS, signal);
  }

  async read(
    units: number,
    tell: (seen: readonly Seen[]) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const looks = this.#looks(units);
    const failures: unknown[] = [];
    const { clock, everyMs } = this.#options;
    const gapMs = everyMs / looks.length;
    const isOver = () => signal.aborted || failures.length > 0;
    let next = 0;
    const startedAtMs = clock.now();
    this.#readAtMs = startedAtMs;
    let dueMs = startedAtMs;
    const lane = async () => {
      while (!isOver()) {
        const at = next++ % looks.length;
        const mine = dueMs;
        // What comes late moves all that follows: never a burst.
        dueMs = Math.max(dueMs, clock.now()) + gapMs;
        await pause(clock, mine - clock.now(), signal).catch(() => undefined);
        const look = looks[at];
        if (look === undefined || isOver()) return;
        await this.#look(look, tell).catch((error: unknown) => failures.push(error));
      }
    };
    await Promise.all(Array.from({ length: Math.min(LANES, looks.length) }, lane));
    this.#readingMs += clock.now() - startedAtMs;
    if (failures.length > 0) throw failures[0];
  }

  /** What reading asked of the instance while it went on. */
  costInWords(): string {
    const { requests, rows } = this.cost;
    const perSec = (count: number) => ((count * 1000) / Math.max(1, this.#readingMs)).toFixed(1);
    const often = `each node every ${this.#options.everyMs / 1000} s`;
    return `reading back, ${often}, took ${perSec(requests)} requests and ${perSec(rows)} rows a second of the instance's API`;
  }

  /** Longest time between two readings of one node since this was asked last, milliseconds. */
  takeSlowestMs(): number {
    const slowestMs = this.#slowestMs;
    this.#slowestMs = 0;
    return slowestMs;
  }

  /** All that one round consists of. */
  #looks(units: number): Look[] {
    const all = Array.from({ length: units }, (_, unit) => unit);
    const rows = all.filter((unit) => storePolicyOf(unit) !== "LastValue");
    const last = all.filter((unit) => storePolicyOf(unit) === "LastValue");
    const groups = Array.from({ length: Math.ceil(last.length / NODES_PER_REQUEST) }, (_, at) =>
      last.slice(at * NODES_PER_REQUEST, (at + 1) * NODES_PER_REQUEST),
    );
    return [
      ...rows.map((unit) => this.#timed(() => this.#rowsOf(unit))),
      ...groups.map((group) => this.#timed(() => this.#lastOf(group))),
    ];
  }

  /** Remembers the longest time since it was last made. */
  #timed(look: Look): Look {
    const { clock } = this.#options;
    let beforeMs = clock.now();
    return async () => {
      const seen = await look();
      const now = clock.now();
      this.#slowestMs = Math.max(this.#slowestMs, now - beforeMs);
      beforeMs = now;
      return seen;
    };
  }

  /** An instance too busy to answer may have stored all the same: later it will show. */
  async #look(look: Look, tell: (seen: readonly Seen[]) => void): Promise<void> {
    const { clock } = this.#options;
    try {
      const seen = await look();
      this.#readAtMs = clock.now();
      if (seen.length > 0) tell(seen);
    } catch (error) {
      const isGone = clock.now() - this.#readAtMs > PATIENCE_MS;
      if (!isPassing(error) || isGone) throw error;
    }
  }

  async #rowsOf(unit: number): Promise<readonly Seen[]> {
    const { source } = this.#options;
    const cursor = this.#cursors.get(unit) ?? new RowCursor();
    this.#cursors.set(unit, cursor);
    const { since } = cursor;
    const node = this.#nodes[unit] ?? "";
    const policy = storePolicyOf(unit) as RowPolicy;
    const rows: StoredRow[] = [];
    for (;;) {
      const page = { node, policy, since, offset: rows.length, limit: PAGE_ROWS };
      const more = await source.rows(page);
      this.#count(more.length);
      rows.push(...more);
      if (more.length < PAGE_ROWS) break;
    }
    // A node that was used before may keep what an earlier run wrote.
    const isFirst = since === undefined;
    return cursor
      .take(rows)
      .flatMap(({ state, create_datetime: at }) => this.#seen(unit, state, isFirst, utcMs(at)));
  }

  async #lastOf(units: readonly number[]): Promise<readonly Seen[]> {
    const unitOf = new Map(units.map((unit) => [this.#nodes[unit] ?? "", unit]));
    const values = await this.#options.source.lastValues([...unitOf.keys()]);
    this.#count(values.length);
    return values.flatMap(({ uuid, state }) => {
      const unit = unitOf.get(uuid);
      if (unit === undefined || typeof state !== "string") return [];
      const isFirst = !this.#lastSerials.has(unit);
      return this.#seen(unit, state, isFirst).filter(({ serial }) => {
        const isNew = this.#lastSerials.get(unit) !== serial;
        this.#lastSerials.set(unit, serial);
        return isNew;
      });
    });
  }

  #seen(unit: number, state: string, isFirst: boolean, takenAtMs = Number.NaN): Seen[] {
    const { clock, runTag } = this.#options;
    const reading = readReading(state, unit, runTag);
    if (reading === undefined || (isFirst && !reading.isWhole)) return [];
    const seen = {
      unit,
      stream: unit,
      serial: reading.serial,
      atMs: clock.now(),
      ...(Number.isNaN(takenAtMs) ? {} : { takenAtMs }),
    };
    return [reading.isWhole ? seen : { ...seen, wrong: true }];
  }

  #count(rows: number): void {
    this.cost.requests++;
    this.cost.rows += rows;
  }
}

/** The platform writes times in UTC and does not say so. */
const utcMs = (naive: string): number =>
  Date.parse(/(Z|[+-]\d{2}:?\d{2})$/.test(naive) ? naive : `${naive}Z`);
