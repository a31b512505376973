import { z } from "zod";
import { type ClickHouseAccess, type Connection, connect, isMissing } from "./clickhouse-client.ts";
import { CODECS } from "./codec.ts";
import { asRead } from "./cut-off.ts";
import { StoreError } from "./error.ts";
import type { RowsByTable, MeterReader, StoreReader, Table } from "./store.ts";
import { joinRepoUsage, joinUsage, USAGE_WINDOWS, windowStartMs } from "./usage.ts";

export interface StoreReaderOptions extends ClickHouseAccess {
  /** Wall clock, Unix epoch milliseconds; decides which running runs are cut off. */
  readonly now?: () => number;
}

/** Reads a store on ClickHouse. Connects on the first question, so opening never fails. */
export function openStoreReader(options: StoreReaderOptions): StoreReader & MeterReader {
  const connection = connect(options);
  const now = options.now ?? Date.now;
  const ask = <T extends Table>(table: T, tail: string, params: QueryParams) =>
    selectRows(connection, table, tail, params);
  return {
    async listRuns(limit) {
      const tail = "FINAL ORDER BY startedAtMs DESC, runId DESC LIMIT {limit: UInt64}";
      return (await ask("runs", tail, { limit })).map((run) => asRead(run, now()));
    },
    async readRun(runId) {
      const [run] = await ask("runs", "FINAL WHERE runId = {runId: String}", { runId });
      return run && asRead(run, now());
    },
    readTrials: (runId) =>
      ask("trials", "FINAL WHERE runId = {runId: String} ORDER BY `index`", { runId }),
    readSeconds: (runId, sinceMs) =>
      ask("seconds", `${LATER}, axis, stream, agent`, { runId, sinceMs }),
    readEvents: (runId, sinceMs) => ask("events", `${LATER}, ordinal`, { runId, sinceMs }),
    readResources: (runId, sinceMs) =>
      ask("resources", `${LATER}, source, metric`, { runId, sinceMs }),
    async readReport(runId) {
      const [grade] = await ask("grades", "FINAL WHERE runId = {runId: String}", { runId });
      return grade?.report;
    },
    listReports: (limit) =>
      ask("grades", "FINAL ORDER BY atMs DESC, runId DESC LIMIT {limit: UInt64}", { limit }),
    listProfiles: () => ask("profiles", "FINAL ORDER BY profileId", {}),
    async readUnitUsage(instance, nowMs) {
      const raw = await select(connection, USAGE_QUERY, usageParams(instance, nowMs));
      return joinUsage(
        parse("unit_minutes", raw, (row) => UsageColumns.parse(row)),
        nowMs,
      );
    },
    async readRepoUsage(instance, nowMs) {
      const raw = await select(connection, REPO_QUERY, usageParams(instance, nowMs));
      return joinRepoUsage(
        parse("unit_minutes", raw, (row) => RepoColumns.parse(row)),
        nowMs,
      );
    },
    [Symbol.asyncDispose]: () => connection.client.close(),
  };
}

const LATER = "WHERE runId = {runId: String} AND atMs > {sinceMs: Float64} ORDER BY atMs";

type QueryParams = Readonly<Record<string, string | number>>;

const UsageColumns = z.strictObject({
  repo: z.string(),
  unit: z.string(),
  window: z.enum(USAGE_WINDOWS),
  messages: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  stored: z.int().nonnegative(),
});

const usageParams = (instance: string, nowMs: number): QueryParams => ({
  instance,
  nowMs,
  ...Object.fromEntries(USAGE_WINDOWS.map((name) => [name, windowStartMs(name, nowMs)])),
});

const RepoColumns = UsageColumns.omit({ unit: true }).extend({ units: z.int().nonnegative() });

const usagePart = (window: (typeof USAGE_WINDOWS)[number], table: string): string => `
  SELECT repo, unit, '${window}' AS window,
    sum(messages) AS messages, sum(bytes) AS bytes, sum(stored) AS stored
  FROM ${table}
  WHERE instance = {instance: String} AND atMs >= {${window}: Float64} AND atMs <= {nowMs: Float64}
  GROUP BY repo, unit`;

const repoPart = (window: (typeof USAGE_WINDOWS)[number], table: string): string => `
  SELECT repo, uniqExact(unit) AS units, '${window}' AS window,
    sum(messages) AS messages, sum(bytes) AS bytes, sum(stored) AS stored
  FROM ${table}
  WHERE instance = {instance: String} AND atMs >= {${window}: Float64} AND atMs <= {nowMs: Float64}
  GROUP BY repo`;

const USAGE_QUERY = [
  usagePart("month", "unit_days"),
  usagePart("week", "unit_hours"),
  usagePart("day", "unit_hours"),
  usagePart("hour", "unit_minutes"),
].join("\nUNION ALL\n");

const REPO_QUERY = [
  repoPart("month", "unit_days"),
  repoPart("week", "unit_hours"),
  repoPart("day", "unit_hours"),
  repoPart("hour", "unit_minutes"),
].join("\nUNION ALL\n");

async function selectRows<T extends Table>(
  connection: Connection,
  table: T,
  tail: string,
  params: QueryParams,
): Promise<readonly RowsByTable[T][]> {
  const codec = CODECS[table];
  const columns = codec.columns.map((name) => `\`${name}\``).join(", ");
  const raw = await select(connection, `SELECT ${columns} FROM ${table} ${tail}`, params);
  return parse(table, raw, (row) => codec.decode(row));
}

/** Rows as ClickHouse has them; none when database or table does not exist yet. */
async function select(
  { client, toStoreError }: Connection,
  query: string,
  query_params: QueryParams,
): Promise<readonly unknown[]> {
  try {
    const answer = await client.query({ query, query_params, format: "JSONEachRow" });
    return await answer.json();
  } catch (cause) {
    if (isMissing(cause)) return [];
    throw toStoreError(cause);
  }
}

function parse<Row>(table: Table, raw: readonly unknown[], one: (row: unknown) => Row): Row[] {
  try {
    return raw.map(one);
  } catch (cause) {
    if (!(cause instanceof z.ZodError)) throw cause;
    const message = `A row of ${table} is not what this version writes: ${z.prettifyError(cause)}`;
    throw new StoreError("STORE_REJECTED", message, { cause });
  }
}
