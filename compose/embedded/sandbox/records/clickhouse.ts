import { type ClickHouseClient, ClickHouseLogLevel, createClient } from "@clickhouse/client";
import { EmbeddedError } from "../../error.ts";
import type { RecordPage, RecordQuery, Records } from "./records.ts";
import { OWNER_COLUMN, type RecordRows, type RecordTable } from "./rows.ts";
import { COLUMNS, CREATE_TABLE, TIME_COLUMNS } from "./tables.ts";

/** Where the instance's ClickHouse is. */
export interface ClickHouseAddress {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly database: string;
}

const REQUEST_TIMEOUT_MS = 30_000;

/** Records in a ClickHouse; its database and tables are made when they are not there. */
export async function openClickHouseRecords(address: ClickHouseAddress): Promise<Records> {
  const { url, username, password, database } = address;
  const client = createClient({
    url,
    username,
    password,
    request_timeout: REQUEST_TIMEOUT_MS,
    log: { level: ClickHouseLogLevel.OFF },
  });
  const tableName = (table: RecordTable) => `\`${database.replaceAll("`", "")}\`.${table}`;
  try {
    await createTables(client, tableName, database);
  } catch (cause) {
    await client.close();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new EmbeddedError("SANDBOX_START_FAILED", `the ClickHouse does not answer: ${why}`, {
      hint: "Check --clickhouse, --clickhouse-user and LOADSTONE_CLICKHOUSE_PASSWORD.",
      cause,
    });
  }
  return {
    async insert(table, rows) {
      const values = rows.map(toColumns);
      await client.insert({ table: tableName(table), values, format: "JSONEachRow" });
    },
    read: (table, query) => readRecords(client, table, tableName(table), query),
    async remove(table, owners) {
      const where = `${OWNER_COLUMN[table]} IN {owners: Array(UUID)}`;
      await client.command({
        query: `ALTER TABLE ${tableName(table)} DELETE WHERE ${where}`,
        query_params: { owners },
      });
    },
    async trimNRecords() {
      await client.command({ query: trimQuery(tableName("n_last_entry")) });
    },
    expire() {},
    close: () => client.close(),
  };
}

async function createTables(
  client: ClickHouseClient,
  tableName: (table: RecordTable) => string,
  database: string,
): Promise<void> {
  const query = `CREATE DATABASE IF NOT EXISTS \`${database.replaceAll("`", "")}\``;
  await client.command({ query });
  for (const table of Object.keys(CREATE_TABLE) as RecordTable[]) {
    const create = `CREATE TABLE IF NOT EXISTS ${tableName(table)} ${CREATE_TABLE[table]}`;
    await client.command({ query: create });
  }
}

/** Like the platform: one mutation over the whole table, by (node, time) pairs. */
const trimQuery = (table: string) =>
  `ALTER TABLE ${table} DELETE WHERE (unit_node_uuid, create_datetime) IN (
    SELECT unit_node_uuid, create_datetime FROM (
      SELECT unit_node_uuid, create_datetime, row_number() OVER w AS place,
        first_value(max_count) OVER w AS allowed
      FROM ${table} WINDOW w AS (PARTITION BY unit_node_uuid ORDER BY create_datetime DESC)
    ) WHERE place > allowed)`;

function toColumns(row: RecordRows[RecordTable]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      name in TIME_COLUMNS ? new Date(Number(value)).toISOString().slice(0, -1) : value,
    ]),
  );
}

/** The platform counts by fetching all rows; the count here is the database's own. */
async function readRecords<T extends RecordTable>(
  client: ClickHouseClient,
  table: T,
  from: string,
  query: RecordQuery,
): Promise<RecordPage<T>> {
  const { where, params } = conditions(table, query);
  const select = COLUMNS[table].map(selected).join(", ");
  const order = query.order === "" ? "" : `ORDER BY t.create_datetime ${query.order}`;
  const { offset = 0, limit = 0 } = query;
  const paging = limit === 0 ? `OFFSET ${offset}` : `LIMIT ${limit} OFFSET ${offset}`;
  const ask = async (text: string) => {
    const answer = await client.query({ query: text, query_params: params, format: "JSONEachRow" });
    return answer.json<Record<string, unknown>>();
  };
  const [total] = await ask(`SELECT count() AS count FROM ${from} AS t WHERE ${where}`);
  const rows = await ask(`SELECT ${select} FROM ${from} AS t WHERE ${where} ${order} ${paging}`);
  return { count: Number(total?.["count"]), rows: rows as unknown as RecordRows[T][] };
}

/** A time column as milliseconds; a Float64 keeps them exact and is printed as a number. */
function selected(name: string): string {
  const unit = Object.entries(TIME_COLUMNS).find(([column]) => column === name)?.[1];
  if (unit === undefined) return `t.${name} AS ${name}`;
  const asMs =
    unit === "ms" ? `toUnixTimestamp64Milli(t.${name})` : `toUnixTimestamp(t.${name})*1000`;
  return `toFloat64(${asMs}) AS ${name}`;
}

const time = (name: string) => `fromUnixTimestamp64Milli({${name}: Int64}, 'UTC')`;

function conditions(table: RecordTable, query: RecordQuery) {
  const where = [`t.${OWNER_COLUMN[table]} = {owner: UUID}`];
  const params: Record<string, unknown> = { owner: query.owner };
  const add = (value: unknown, name: string, condition: string) => {
    if (value === undefined) return;
    where.push(condition);
    params[name] = value;
  };
  add(query.created?.fromMs, "from", `t.create_datetime >= ${time("from")}`);
  add(query.created?.toMs, "to", `t.create_datetime <= ${time("to")}`);
  if (table === "unit_logs") add(query.levels, "levels", "t.level IN {levels: Array(String)}");
  else if (table === "aggregation_entry") {
    add(query.aggregations, "kinds", "t.aggregation_type IN {kinds: Array(String)}");
    add(query.windowSizeSec, "size", "t.time_window_size = {size: UInt32}");
    add(query.windowEnd?.fromMs, "wfrom", `t.end_window_datetime >= ${time("wfrom")}`);
    add(query.windowEnd?.toMs, "wto", `t.end_window_datetime <= ${time("wto")}`);
  } else {
    const words = (query.search ?? "").split(/\s+/).filter((word) => word !== "");
    for (const [at, word] of words.entries()) {
      add(word, `w${at}`, `positionCaseInsensitiveUTF8(t.state, {w${at}: String}) > 0`);
    }
  }
  return { where: where.join(" AND "), params };
}
