import { randomBytes } from "node:crypto";
import { z } from "zod";
import {
  type ClickHouseAccess,
  type Connection,
  connect,
  type InsertOutcome,
  insertLines,
} from "./clickhouse-client.ts";
import { CODECS } from "./codec.ts";
import { errorLine, StoreError } from "./error.ts";
import { migrate } from "./migrate.ts";
import { type Batch, type SegmentFile, Spool } from "./spool.ts";
import type { RowsByTable, StoreHealth, StoreWriter, Table } from "./store.ts";

/** Time as the writer needs it. */
export interface StoreClock {
  /** Unix epoch milliseconds. */
  now(): number;
  /** Runs `task` once, `ms` from now; the function returned calls it off. */
  after(ms: number, task: () => void): () => void;
}

export interface StoreWriterOptions extends ClickHouseAccess {
  /** Rows wait here while ClickHouse is away. Any number of processes may share it. */
  readonly spoolDir: string;
  readonly clock?: StoreClock;
  /** Rows wait in memory for at most this long. Default 1000. */
  readonly flushEveryMs?: number;
  /** A table with this many rows waiting is sent at once. Default 5000. */
  readonly batchRows?: number;
  /** Rows that neither ClickHouse nor the disk takes are dropped beyond this. Default 64 MiB. */
  readonly memoryBytes?: number;
  /** How often to look whether ClickHouse is back. Default 1000. */
  readonly retryEveryMs?: number;
  /** An insert without an answer for this long counts as not answered. Default 10 000. */
  readonly requestTimeoutMs?: number;
  /** Begin even when ClickHouse does not answer, and spool until it does. Default false. */
  readonly startAway?: boolean;
  /** Opens spool files; replaced where a test needs a disk that is full. */
  readonly openSpoolFile?: (path: string) => Promise<SegmentFile>;
}

const DEFAULTS = {
  flushEveryMs: 1000,
  batchRows: 5000,
  memoryBytes: 64 * 1024 * 1024,
  retryEveryMs: 1000,
  requestTimeoutMs: 10_000,
  startAway: false,
} as const;

/** A batch stays one insert block for ClickHouse, and one HTTP body, below this. */
const MAX_BATCH_BYTES = 4 * 1024 * 1024;

/**
 * Opens the write side on ClickHouse: brings the database to this version, takes over what dead
 * processes left in the spool, and sends that before anything new: who opens a store finds in it
 * what its last process was told is safe, unless ClickHouse is away.
 */
export async function openStoreWriter(options: StoreWriterOptions): Promise<StoreWriter> {
  const settings = { clock: systemClock, ...DEFAULTS, ...options };
  const awayError = await migrateOr(settings);
  const spool = await Spool.open({
    dir: settings.spoolDir,
    now: () => settings.clock.now(),
    maxSegmentRows: settings.batchRows,
    maxSegmentBytes: MAX_BATCH_BYTES,
    ...(options.openSpoolFile && { openFile: options.openSpoolFile }),
  });
  const writer = new ClickHouseWriter(settings, spool, awayError);
  await writer.replay();
  return writer;
}

type Optional = "database" | "openSpoolFile";
type Settings = Required<Omit<StoreWriterOptions, Optional>> & Pick<StoreWriterOptions, Optional>;

async function migrateOr(settings: Settings): Promise<StoreError | undefined> {
  try {
    await migrate(settings);
    return undefined;
  } catch (error) {
    const mayWait = settings.startAway && error instanceof StoreError;
    if (!mayWait || error.code !== "STORE_UNREACHABLE") throw error;
    return error;
  }
}

const systemClock: StoreClock = {
  now: Date.now,
  after(ms, task) {
    const timer = setTimeout(task, ms).unref();
    return () => clearTimeout(timer);
  },
};

/** A batch on its way, in memory. */
interface Outgoing extends Batch {
  /** Set once it was sent without an answer: ClickHouse may know its token. */
  sent: boolean;
  /** Set when the row broke its schema and must not be sent at all. */
  readonly refused?: StoreError;
}

/** Rows of one table that no batch holds yet. */
interface Waiting {
  lines: string[];
  bytes: number;
}

class ClickHouseWriter implements StoreWriter {
  readonly #settings: Settings;
  readonly #connection: Connection;
  readonly #spool: Spool;
  readonly #tokenPrefix = randomBytes(8).toString("hex");
  readonly #waiting = new Map<Table, Waiting>();
  /** Batches in order; leave it for ClickHouse, the disk or `rejected/`. */
  readonly #outgoing: Outgoing[] = [];
  #memoryBytes = 0;
  #nextToken = 0;
  #nextOrdinal = 0;
  #migrated: boolean;
  #connected: boolean;
  #closed = false;
  #writtenRows = 0;
  #rejectedRows = 0;
  #droppedRows = 0;
  readonly #errors: { rejected?: StoreError; disk?: StoreError; away?: StoreError } = {};
  /** Sending, spooling and replaying take turns on this chain, so that order is kept. */
  #turns: Promise<unknown> = Promise.resolve();
  #cancelFlush: (() => void) | undefined;
  #cancelRetry: (() => void) | undefined;

  constructor(settings: Settings, spool: Spool, awayError: StoreError | undefined) {
    this.#settings = settings;
    this.#spool = spool;
    this.#connection = connect(settings, { requestTimeoutMs: settings.requestTimeoutMs });
    this.#migrated = awayError === undefined;
    this.#connected = awayError === undefined;
    if (awayError) this.#errors.away = awayError;
  }

  write<T extends Table>(table: T, row: RowsByTable[T]): void {
    if (this.#closed) throw new Error("the store writer is closed");
    const line = this.#encode(table, row);
    if (line === undefined || !this.#fitsMemory(line)) return;
    const waiting = this.#waiting.get(table) ?? { lines: [], bytes: 0 };
    this.#waiting.set(table, waiting);
    if (waiting.bytes + line.length > MAX_BATCH_BYTES) this.#cut(table, waiting);
    waiting.lines.push(line);
    waiting.bytes += line.length;
    if (waiting.lines.length >= this.#settings.batchRows) {
      this.#cut(table, waiting);
      this.#inBackground(() => this.#deliver());
    }
    this.#flushSoon();
  }

  async flush(): Promise<void> {
    await this.#inTurn(() => this.#deliver());
  }

  health(): StoreHealth {
    const { rejected, disk, away } = this.#errors;
    const error = disk ?? rejected ?? away;
    return {
      connected: this.#connected,
      spooledRows: this.#spool.rows,
      writtenRows: this.#writtenRows,
      rejectedRows: this.#rejectedRows,
      droppedRows: this.#droppedRows,
      lastError: error === undefined ? null : errorLine(error),
    };
  }

  /** Sends what is in the spool for as long as ClickHouse takes it. */
  async replay(): Promise<void> {
    await this.#inTurn(async () => {
      let goesOn = true;
      while (goesOn) goesOn = await this.#replayOne();
    });
    if (!this.#spool.isEmpty) this.#replaySoon(this.#settings.retryEveryMs);
  }

  /** Gives what waits a last chance to reach ClickHouse; the rest stays in the spool. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelFlush?.();
    this.#cancelRetry?.();
    try {
      await this.replay();
      await this.#inTurn(() => this.#deliver());
    } finally {
      this.#cancelRetry?.();
      await this.#spool.release();
      await this.#connection.client.close();
    }
  }

  #encode<T extends Table>(table: T, row: RowsByTable[T]): string | undefined {
    try {
      return `${CODECS[table].encode(row, this.#nextOrdinal++)}\n`;
    } catch (error) {
      if (!(error instanceof z.ZodError)) throw error;
      // Sent as it is, it would come back as something else, or spoil every read of its run.
      const refused = new StoreError("STORE_REJECTED", `${table}: ${z.prettifyError(error)}`);
      const lines = `${JSON.stringify(row)}\n`;
      this.#outgoing.push({ table, token: this.#token(), rows: 1, lines, sent: false, refused });
      this.#memoryBytes += lines.length;
      this.#flushSoon();
      return undefined;
    }
  }

  #fitsMemory(line: string): boolean {
    if (this.#memoryBytes + line.length > this.#settings.memoryBytes) {
      this.#droppedRows += 1;
      return false;
    }
    this.#memoryBytes += line.length;
    return true;
  }

  #token(): string {
    return `${this.#tokenPrefix}-${this.#nextToken++}`;
  }

  #cut(table: Table, waiting: Waiting): void {
    if (waiting.lines.length === 0) return;
    const { lines } = waiting;
    const batch = { table, token: this.#token(), rows: lines.length, lines: lines.join("") };
    this.#outgoing.push({ ...batch, sent: false });
    waiting.lines = [];
    waiting.bytes = 0;
  }

  /** Moves everything written so far out of memory; throws when it cannot. */
  async #deliver(): Promise<void> {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    for (const [table, waiting] of this.#waiting) this.#cut(table, waiting);
    try {
      // What arrives while this runs belongs to the next turn.
      for (let left = this.#outgoing.length; left > 0; left--) {
        const batch = this.#outgoing[0];
        if (batch === undefined) break;
        await this.#deliverOne(batch);
        this.#outgoing.shift();
        this.#memoryBytes -= batch.lines.length;
      }
      delete this.#errors.disk;
    } catch (error) {
      if (error instanceof StoreError) this.#errors.disk = error;
      throw error;
    } finally {
      if (!this.#spool.isEmpty || this.#outgoing.length > 0) {
        this.#replaySoon(this.#settings.retryEveryMs);
      }
    }
  }

  async #deliverOne(batch: Outgoing): Promise<void> {
    if (batch.refused) return this.#reject(batch, batch.refused);
    // Behind rows that wait on disk, new rows wait there too: order is kept.
    if (this.#connected && this.#spool.isEmpty) {
      const arrived = await this.#send(batch);
      if (arrived) return;
      batch.sent = true;
    }
    await this.#spool.append(batch, { sealed: batch.sent });
  }

  /** True when the batch is settled, stored or rejected; false when ClickHouse is away. */
  async #send(batch: Batch): Promise<boolean> {
    const outcome = await this.#insert(batch);
    this.#connected = outcome.kind === "accepted" || outcome.kind === "rejected";
    if (outcome.kind === "accepted") {
      this.#writtenRows += batch.rows;
      delete this.#errors.away;
    } else if (outcome.kind === "rejected") {
      await this.#reject(batch, outcome.error);
    } else {
      this.#errors.away = outcome.error;
    }
    return this.#connected;
  }

  async #insert(batch: Batch): Promise<InsertOutcome> {
    const { table, token, lines } = batch;
    const unready = await this.#makeReady();
    if (unready) return unready;
    const outcome = await insertLines(this.#connection, table, token, lines);
    if (outcome.kind !== "missing") return outcome;
    // The server came back without our tables: a new one, or a database somebody dropped.
    this.#migrated = false;
    return (await this.#makeReady()) ?? (await insertLines(this.#connection, table, token, lines));
  }

  async #makeReady(): Promise<InsertOutcome | undefined> {
    if (this.#migrated) return undefined;
    try {
      await migrate(this.#settings);
      this.#migrated = true;
      return undefined;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return { kind: "away", error };
    }
  }

  async #reject(batch: Batch, error: StoreError): Promise<void> {
    await this.#spool.reject(batch, error);
    this.#rejectedRows += batch.rows;
    this.#errors.rejected = error;
  }

  /** Sends the oldest segment; true when there may be more to send right away. */
  async #replayOne(): Promise<boolean> {
    const spooled = await this.#spool.oldest();
    if (spooled === undefined) {
      // Nothing on disk: let what a full disk kept in memory try the network.
      this.#connected ||= this.#memoryBytes > 0;
      return false;
    }
    const settled = await this.#send(spooled.segment);
    if (settled) await this.#spool.remove(spooled);
    return settled;
  }

  async #replayTurn(): Promise<void> {
    const goesOn = await this.#replayOne();
    if (goesOn) this.#replaySoon(0);
    else if (this.#outgoing.length > 0) await this.#deliver();
    else if (!this.#spool.isEmpty) this.#replaySoon(this.#settings.retryEveryMs);
  }

  #flushSoon(): void {
    this.#cancelFlush ??= this.#settings.clock.after(this.#settings.flushEveryMs, () =>
      this.#inBackground(() => this.#deliver()),
    );
  }

  #replaySoon(ms: number): void {
    if (this.#closed || this.#cancelRetry) return;
    this.#cancelRetry = this.#settings.clock.after(ms, () => {
      this.#cancelRetry = undefined;
      this.#inBackground(() => this.#replayTurn());
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turns.then(work);
    this.#turns = turn.catch(() => {});
    return turn;
  }

  /** For turns nobody waits for: what went wrong is told by `health`, and tried again later. */
  #inBackground(work: () => Promise<void>): void {
    this.#inTurn(work).catch((error: unknown) => {
      if (!(error instanceof StoreError)) throw error;
      this.#errors.disk = error;
    });
  }
}
