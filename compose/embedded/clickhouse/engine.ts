import type * as Chdb from "chdb";
import { EmbeddedError } from "../error.ts";
import { THREADS } from "./protocol.ts";
import { Slots } from "./slots.ts";

/**
 * Engine calls at a time. Each holds a libuv thread until it is done; the rest stay free for
 * files, gzip and KILL QUERY, which would otherwise wait behind the very query it should end.
 */
const ENGINE_CALLS = THREADS - 4;

/** The chDB engine of this process: one data directory, any number of sessions. */
export interface Engine {
  readonly version: string;
  readonly timezone: string;
  /** A connection with settings of its own; opening one takes a tenth of a millisecond. */
  openSession(): Chdb.Session;
  /** Runs one engine call when a thread is free for it. */
  call<T>(work: () => Promise<T>): Promise<T>;
  /** Ends every running query that begins or ends with `tag`. */
  kill(tag: string): Promise<void>;
  close(): void;
}

/**
 * Opens the engine. chDB crashes in worker threads and reads stdin during INSERT, so this belongs
 * in a child process with /dev/null on fd 0.
 *
 * A row is acknowledged once its part is written and renamed: that survives kill -9 of any
 * process, since the page cache belongs to the kernel. Nothing is fsynced, as in ClickHouse by
 * default, so a power cut may lose the last seconds.
 */
export async function openEngine(directory: string): Promise<Engine> {
  const chdb = await loadChdb();
  // Without it `1` would be a query, and a mistyped statement an answer instead of an error.
  const openSession = () =>
    new chdb.Session(directory, { connectionArgs: ["--implicit_select=0"] });
  const keeper = openSession(); // the engine lives as long as one session is open
  const [version = "", timezone = ""] = keeper
    .query("SELECT version(), timezone()", "TSV")
    .trim()
    .split("\t");
  const slots = new Slots(ENGINE_CALLS);
  return {
    version,
    timezone,
    openSession,
    call: (work) => slots.use(work),
    async kill(tag) {
      const match = `startsWith(query, '${tag}') OR endsWith(query, '${tag}')`;
      await keeper.queryAsync(`KILL QUERY WHERE ${match} ASYNC`);
    },
    close: () => keeper.close(),
  };
}

async function loadChdb(): Promise<typeof Chdb> {
  try {
    return await import("chdb");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EmbeddedError("EMBEDDED_CLICKHOUSE_MISSING", `chDB cannot be loaded: ${reason}`, {
      cause,
    });
  }
}
