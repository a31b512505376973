import { type Clock, pause } from "../load/clock.ts";
import type { BaseNews, BaseReader } from "../platform/base-reader.ts";
import { isPassing } from "../platform/refusal.ts";
import { type BaseMark, markOfLog, markOfState } from "./base-message.ts";
import { baseStream } from "./base-kind.ts";
import { tagOf } from "./tag.ts";
import type { FarReader } from "./written-engine.ts";
import type { Seen } from "./written-kind.ts";

export interface BaseReadingOptions {
  readonly reader: BaseReader;
  readonly clock: Clock;
  readonly runTag: number;
  /** From the beginning of one reading to that of the next: what was read is that much coarser. */
  readonly everyMs: number;
  /** The first so many Units log. */
  readonly loggers: number;
  /** The Unit of an index, by the platform's id. */
  readonly uuidOf: (unit: number) => string | undefined;
}

/** So long may nothing be readable before it counts as gone. */
const PATIENCE_MS = 30_000;

/** Reads back what the backend made of states and logs, at a bounded rate. */
export class BaseReading implements FarReader {
  readonly #options: BaseReadingOptions;
  readonly #units = new Map<string, number>();
  #readSinceMs: number;
  #readingMs = 0;

  constructor(options: BaseReadingOptions) {
    this.#options = options;
    this.#readSinceMs = options.clock.now();
  }

  prepare(units: number): Promise<void> {
    for (let unit = this.#units.size; unit < units; unit++) {
      const uuid = this.#options.uuidOf(unit);
      if (uuid === undefined) throw new RangeError(`Unit ${unit} was never made`);
      this.#units.set(uuid, unit);
    }
    return Promise.resolve();
  }

  async read(
    _units: number,
    tell: (seen: readonly Seen[]) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { clock, everyMs } = this.#options;
    const startedAtMs = clock.now();
    this.#readSinceMs = startedAtMs;
    for (let atMs = startedAtMs; !signal.aborted; ) {
      await this.#once(tell);
      // A reading that took longer than its time leaves out those it overran.
      atMs = Math.max(atMs + everyMs, clock.now());
      await pause(clock, atMs - clock.now(), signal).catch(() => undefined);
    }
    this.#readingMs += clock.now() - startedAtMs;
  }

  /** What reading asked of the instance while it went on, in words. */
  costInWords(): string {
    const { requests, rows } = this.#options.reader.cost;
    const perSec = (count: number) => ((count * 1000) / Math.max(1, this.#readingMs)).toFixed(1);
    return `reading back took ${perSec(requests)} requests and ${perSec(rows)} rows a second of the instance's API`;
  }

  /** A backend that is too busy to answer has done nothing that could be seen; later it may have. */
  async #once(tell: (seen: readonly Seen[]) => void): Promise<void> {
    const { clock } = this.#options;
    try {
      await Promise.all(this.#questions().map(async (news) => tell(this.#seen(await news))));
      this.#readSinceMs = clock.now();
    } catch (error) {
      const isGone = clock.now() - this.#readSinceMs > PATIENCE_MS;
      if (!isPassing(error) || isGone) throw error;
    }
  }

  /** The states of all Units, and the logs of each that logs. */
  #questions(): Promise<readonly BaseNews[]>[] {
    const { reader, loggers } = this.#options;
    const logging = [...this.#units].filter(([, unit]) => unit < loggers);
    return [reader.states(), ...logging.map(([uuid]) => reader.logs(uuid))];
  }

  #seen(news: readonly BaseNews[]): Seen[] {
    const { clock, runTag, loggers } = this.#options;
    const atMs = clock.now();
    return news.flatMap(({ unitUuid, kind, content }) => {
      const unit = this.#units.get(unitUuid);
      const mark = markIn(kind, content, runTag);
      if (unit === undefined || mark === undefined) return [];
      const serial = tagOf(mark.step, mark.slot);
      return { unit, stream: baseStream(kind, unit, loggers), serial, atMs };
    });
  }
}

const markIn = (kind: BaseNews["kind"], content: unknown, runTag: number): BaseMark | undefined =>
  kind === "state" ? markOfState(content, runTag) : markOfLog(String(content), runTag);
