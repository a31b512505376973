import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import {
  type ClickHouseClient,
  ClickHouseError,
  ClickHouseLogLevel,
  createClient,
} from "@clickhouse/client";
import { StoreError } from "./error.ts";

/** Where ClickHouse is and who we are there. */
export interface ClickHouseAccess {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** "loadstone" when absent. */
  readonly database?: string;
}

/** A client and what its errors may name. */
export interface Connection {
  readonly client: ClickHouseClient;
  readonly database: string;
  /** Turns whatever the client threw into a StoreError without credentials. */
  readonly toStoreError: (cause: unknown) => StoreError;
}

/** Opens a client; nothing is sent yet. */
export function connect(
  access: ClickHouseAccess,
  options: { database?: string; requestTimeoutMs?: number } = {},
): Connection {
  const database = options.database ?? access.database ?? "loadstone";
  const client = createClient({
    // Given in the URL they would override what was given apart from it.
    url: withoutCredentials(access.url),
    username: access.username,
    password: access.password,
    database,
    application: "loadstone",
    request_timeout: options.requestTimeoutMs ?? 30_000,
    log: { level: ClickHouseLogLevel.OFF },
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  });
  return { client, database, toStoreError: (cause) => toStoreError(cause, access) };
}

/** What came of an insert. */
export type InsertOutcome =
  | { readonly kind: "accepted" }
  /** ClickHouse will never take this batch. */
  | { readonly kind: "rejected"; readonly error: StoreError }
  /** Database or table is not there (any more). */
  | { readonly kind: "missing"; readonly error: StoreError }
  /** No answer, or not now. The batch may have arrived: repeat it with the same token. */
  | { readonly kind: "away"; readonly error: StoreError };

/**
 * Inserts lines of JSONEachRow and waits until they are stored. The same token twice stores them
 * once, the views that hang on the table included.
 */
export async function insertLines(
  { client, toStoreError: wrap }: Connection,
  table: string,
  token: string,
  lines: string,
): Promise<InsertOutcome> {
  try {
    const answer = await client.exec({
      query: `INSERT INTO ${table} FORMAT JSONEachRow`,
      values: Readable.from([lines], { objectMode: false }),
      ignore_error_response: true,
      clickhouse_settings: {
        insert_deduplicate: 1,
        insert_deduplication_token: token,
        deduplicate_blocks_in_dependent_materialized_views: 1,
        // Asynchronous inserts (the default since 26) acknowledge in their own time and blocks.
        async_insert: 0,
        // One block, always cut the same way: the token counts per block.
        input_format_parallel_parsing: 0,
        max_insert_threads: "1",
        precise_float_parsing: 1,
        // A column this database lacks is an error, not something to lose quietly.
        input_format_skip_unknown_fields: 0,
        wait_end_of_query: 1,
      },
    });
    const body = await text(answer.stream);
    const status = answer.http_status_code ?? 200;
    // An exception after the headers comes with status 200.
    const failed = status >= 300 || /Code: \d+\..*DB::Exception/s.test(body);
    return failed ? refusal(status, body, wrap(new Error(body))) : { kind: "accepted" };
  } catch (cause) {
    return { kind: "away", error: wrap(cause) };
  }
}

/** Exceptions about the rows themselves, whatever HTTP status the server gives them. */
const DATA_ERRORS: ReadonlySet<number> = new Set([
  6, 16, 25, 26, 27, 33, 38, 41, 44, 53, 62, 69, 70, 72, 117, 128, 130, 131, 190, 321, 349, 467,
  469,
]);
/** UNKNOWN_TABLE, UNKNOWN_DATABASE. */
const MISSING_ERRORS: ReadonlySet<number> = new Set([60, 81]);
/** Statuses in the four hundreds that say nothing about the rows: rights, paths, time, rate. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([401, 403, 404, 407, 408, 429]);

function refusal(status: number, body: string, error: StoreError): InsertOutcome {
  const code = exceptionCode(body);
  if (code !== undefined && MISSING_ERRORS.has(code)) return { kind: "missing", error };
  const aboutRows = status >= 400 && status < 500 && !PASSING_STATUSES.has(status);
  if (aboutRows || (code !== undefined && DATA_ERRORS.has(code))) {
    return { kind: "rejected", error: new StoreError("STORE_REJECTED", error.message) };
  }
  return { kind: "away", error };
}

function exceptionCode(body: string): number | undefined {
  const code = /Code: (\d+)\./.exec(body)?.[1];
  return code === undefined ? undefined : Number(code);
}

/** True when a query failed because database or table was never made. */
export const isMissing = (error: unknown): boolean =>
  error instanceof ClickHouseError && MISSING_ERRORS.has(Number(error.code));

function toStoreError(cause: unknown, access: ClickHouseAccess): StoreError {
  if (cause instanceof StoreError) return cause;
  const where = withoutCredentials(access.url);
  const said = redact(firstLine(cause), access.password);
  if (cause instanceof ClickHouseError || /DB::Exception/.test(said)) {
    return new StoreError("STORE_REJECTED", `ClickHouse at ${where} refused: ${said}`, { cause });
  }
  return new StoreError("STORE_UNREACHABLE", `No answer from ClickHouse at ${where}: ${said}`, {
    cause,
  });
}

function firstLine(cause: unknown): string {
  // A refused connection to a name with several addresses is an AggregateError without a message.
  const inner = cause instanceof AggregateError ? (cause.errors[0] as unknown) : cause;
  const message = inner instanceof Error ? inner.message : String(inner);
  return (message.split("\n", 1)[0] ?? "").slice(0, 500) || "empty answer";
}

const redact = (line: string, secret: string): string =>
  secret === "" ? line : line.replaceAll(secret, "***");

function withoutCredentials(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname === "/" ? "" : pathname}`;
}
