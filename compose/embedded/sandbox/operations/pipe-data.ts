import { z } from "zod";
import { naivePython } from "../clock.ts";
import { requireCreator } from "../platform/access.ts";
import type { Agent } from "../platform/agent.ts";
import type { Instance } from "../platform/instance.ts";
import { existing } from "../platform/refusal.ts";
import { relativeTime } from "../platform/relative-time.ts";
import type { RecordQuery } from "../records/records.ts";
import { AGGREGATIONS, type RecordRows, type RecordTable } from "../records/rows.ts";
import { TIME_COLUMNS } from "../records/tables.ts";
import { checkPaging, listQuery } from "./listing.ts";
import { queryDate, queryInt, queryList } from "./validation.ts";
import type { NodeRow } from "../state/rows.ts";
import { only } from "./agents.ts";
import { requirePipes } from "./pipe-config.ts";

/** The policies that keep their records in a table of their own. */
export const POLICY_TABLES = {
  NRecords: "n_last_entry",
  TimeWindow: "window_entry",
  Aggregation: "aggregation_entry",
} as const satisfies Record<string, RecordTable>;
export type StoredPolicy = keyof typeof POLICY_TABLES;

export const PipeDataQuery = z.object({
  uuid: z.guid(),
  type: z.enum(["LastValue", "NRecords", "TimeWindow", "Aggregation"]),
  search_string: z.string().optional(),
  aggregation_type: queryList(z.enum(AGGREGATIONS)).optional(),
  time_window_size: queryInt.optional(),
  start_agg_window_datetime: queryDate.optional(),
  end_agg_window_datetime: queryDate.optional(),
  start_create_datetime: queryDate.optional(),
  end_create_datetime: queryDate.optional(),
  relative_time: z.string().optional(),
  order_by_create_date: listQuery.order_by_create_date,
  offset: queryInt.optional(),
  limit: queryInt.optional(),
});
export type PipeDataQuery = z.infer<typeof PipeDataQuery>;

/** A record as the API shows it: times are naive dates. */
export type ShownRecord = Readonly<Record<string, unknown>>;

/** Whoever may read what a node stored: its creator, and any unit. */
export function readableNode(instance: Instance, agent: Agent, uuid: string): NodeRow {
  requirePipes(instance);
  const reader = only(agent, "User", "Unit");
  const node = existing(instance.db.nodes.get(uuid));
  if (reader.type === "User") requireCreator(reader, node);
  return node;
}

/** One page of what a policy stored of a node. */
export async function readPipeData(
  instance: Instance,
  policy: StoredPolicy,
  query: PipeDataQuery,
): Promise<{ readonly count: number; readonly rows: readonly ShownRecord[] }> {
  checkPaging(query);
  const asked = toRecordQuery(query, instance.clock.wallMs());
  const { count, rows } = await instance.records.read(POLICY_TABLES[policy], asked);
  return { count, rows: rows.map(shown) };
}

/** Removes all that a node stored, whichever policy it was under. */
export async function deletePipeData(
  instance: Instance,
  agent: Agent,
  uuid: string,
): Promise<void> {
  requirePipes(instance);
  const node = existing(instance.db.nodes.get(uuid));
  requireCreator(only(agent, "User"), node);
  for (const table of Object.values(POLICY_TABLES)) {
    await instance.records.remove(table, [node.uuid]);
  }
}

function toRecordQuery(query: PipeDataQuery, nowMs: number): RecordQuery {
  const since =
    query.relative_time === undefined ? undefined : relativeTime(query.relative_time, nowMs);
  return {
    owner: query.uuid,
    search: query.search_string,
    aggregations: query.aggregation_type,
    windowSizeSec: query.time_window_size,
    windowEnd: { fromMs: query.start_agg_window_datetime, toMs: query.end_agg_window_datetime },
    created: { fromMs: query.start_create_datetime ?? since, toMs: query.end_create_datetime },
    order: query.order_by_create_date,
    offset: query.offset,
    limit: query.limit,
  };
}

export const shown = (row: RecordRows[RecordTable]): ShownRecord =>
  Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      name in TIME_COLUMNS ? naivePython(Number(value)) : value,
    ]),
  );
