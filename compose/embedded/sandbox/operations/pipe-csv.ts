import { z } from "zod";
import type { PipeConfig } from "../data-pipe/config.ts";
import { filterMessage } from "../data-pipe/filter.ts";
import { toUncountedRow, toWindowRow, withCount } from "../data-pipe/rows-buffer.ts";
import { requireCreator } from "../platform/access.ts";
import type { Agent } from "../platform/agent.ts";
import type { Instance } from "../platform/instance.ts";
import { existing, Refusal } from "../platform/refusal.ts";
import { readCsv, writeCsv } from "../records/csv.ts";
import type { AggregationRow } from "../records/rows.ts";
import { zipFile } from "../records/zip.ts";
import { only } from "./agents.ts";
import { pipeOf, requirePipes } from "./pipe-config.ts";
import { POLICY_TABLES, readableNode, type StoredPolicy } from "./pipe-data.ts";

const WINDOW_COLUMNS = ["start_window_datetime", "end_window_datetime"] as const;
const BATCH_ROWS = 5000;

/** A ZIP with one CSV of all that a node stored, oldest first. */
export async function exportPipeData(
  instance: Instance,
  agent: Agent,
  uuid: string,
): Promise<Buffer> {
  const node = readableNode(instance, agent, uuid);
  const policy = storedPolicy(pipeOf(node));
  const query = { owner: uuid, order: "asc" } as const;
  const { rows } = await instance.records.read(POLICY_TABLES[policy], query);
  if (rows.length === 0) throw new Refusal("node", "No data found");
  const text = writeCsv(
    columnsOf(policy),
    rows.map((row) => [
      String(row.state),
      csvTime(row.create_datetime),
      ...("end_window_datetime" in row
        ? [csvTime(row.start_window_datetime), csvTime(row.end_window_datetime)]
        : []),
    ]),
  );
  return zipFile(`${uuid}.csv`, Buffer.from(text));
}

const columnsOf = (policy: StoredPolicy): readonly string[] => [
  "state",
  "create_datetime",
  ...(policy === "Aggregation" ? WINDOW_COLUMNS : []),
];

const csvTime = (ms: number): string => new Date(ms).toISOString().replace("T", " ").slice(0, -1);

function storedPolicy(config: PipeConfig): StoredPolicy {
  const { policy_type: policy } = config.processing_policy;
  if (policy !== "LastValue") return policy;
  throw new Refusal("node", "LastValue type is not supported on this function");
}

const CsvTime = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d{1,6})?$/)
  .transform((text) => Date.parse(`${text.replace(" ", "T")}Z`));
const ValueLine = z.object({ state: z.string(), create_datetime: CsvTime });
const WindowLine = ValueLine.extend({
  start_window_datetime: CsvTime,
  end_window_datetime: CsvTime,
});

/** Replaces what a node stored by the rows of a CSV, which must fit the node's pipe. */
export async function importPipeData(
  instance: Instance,
  agent: Agent,
  uuid: string,
  csv: string,
): Promise<void> {
  requirePipes(instance);
  const { db, records, clock } = instance;
  const node = existing(db.nodes.get(uuid));
  requireCreator(only(agent, "User"), node);
  const config = pipeOf(node);
  const policy = storedPolicy(config);
  const lines = readLines(csv, policy, config, clock.wallMs());
  await records.remove(POLICY_TABLES[policy], [uuid]);
  for (let at = 0; at < lines.length; at += BATCH_ROWS) {
    await insertLines(instance, uuid, config, lines.slice(at, at + BATCH_ROWS));
  }
}

type Line = z.infer<typeof ValueLine> & Partial<z.infer<typeof WindowLine>>;

function readLines(csv: string, policy: StoredPolicy, config: PipeConfig, nowMs: number): Line[] {
  const schema = policy === "Aggregation" ? WindowLine : ValueLine;
  const parsed = z.array(schema).safeParse(tryReadCsv(csv));
  if (!parsed.success) throw new Refusal("dataPipe", "The file is not correct");
  const lines: Line[] = parsed.data;
  for (const [at, line] of lines.entries()) {
    const problem = lineProblem(line, lines[at - 1], config, nowMs);
    if (problem !== undefined) throw new Refusal("dataPipe", `Line ${at + 1}: ${problem}`);
  }
  const { n_records_count: most } = config.processing_policy;
  if (policy === "NRecords" && lines.length > (most ?? 0)) {
    throw new Refusal("dataPipe", `More than ${most} rows`);
  }
  return lines;
}

function tryReadCsv(csv: string): unknown {
  try {
    return readCsv(csv);
  } catch {
    return undefined;
  }
}

function lineProblem(
  line: Line,
  before: Line | undefined,
  config: PipeConfig,
  nowMs: number,
): string | undefined {
  const { policy_type: policy, time_window_size: sizeSec } = config.processing_policy;
  if (before !== undefined && line.create_datetime < before.create_datetime) {
    return "create_datetime must ascend";
  }
  const filters = { ...config.filters, max_rate: 0, last_unique_check: false };
  const passed = filterMessage({ ...config, filters }, {}, Buffer.from(line.state), nowMs);
  if (policy !== "Aggregation" && "dropped" in passed) return "a filter drops the value";
  const sizeMs = (sizeSec ?? 0) * 1000;
  const age = nowMs - line.create_datetime;
  if (policy === "TimeWindow" && (age < 0 || age > sizeMs)) return "outside of the time window";
  if (policy === "Aggregation") return windowProblem(line, before, sizeMs);
  return undefined;
}

function windowProblem(line: Line, before: Line | undefined, sizeMs: number): string | undefined {
  const { start_window_datetime: start = 0, end_window_datetime: end = 0 } = line;
  if (Number.isNaN(Number(line.state)) || line.state === "") return "the value is not a number";
  if (start % 60_000 !== 0 || end % 60_000 !== 0) return "a window starts and ends at second 0";
  if (end - start !== sizeMs) return "the window is not of the node's size";
  const apart = start - (before?.start_window_datetime ?? start);
  return apart % sizeMs === 0 ? undefined : "windows must be multiples of their size apart";
}

async function insertLines(
  { records }: Instance,
  node: string,
  config: PipeConfig,
  lines: readonly Line[],
): Promise<void> {
  const entry = (line: Line) => ({ node, config, value: line.state, atMs: line.create_datetime });
  switch (storedPolicy(config)) {
    case "NRecords":
      return records.insert(
        "n_last_entry",
        withCount(
          lines.map((line) => toUncountedRow(entry(line))),
          config,
        ),
      );
    case "TimeWindow":
      return records.insert(
        "window_entry",
        lines.map((line) => toWindowRow(entry(line))),
      );
    case "Aggregation":
      return records.insert(
        "aggregation_entry",
        lines.map((line) => toAggregation(node, config, line)),
      );
  }
}

const toAggregation = (node: string, config: PipeConfig, line: Line): AggregationRow => ({
  unit_node_uuid: node,
  state: Number(line.state),
  aggregation_type: config.processing_policy.aggregation_functions ?? "Avg",
  time_window_size: config.processing_policy.time_window_size ?? 0,
  create_datetime: line.create_datetime,
  start_window_datetime: line.start_window_datetime ?? 0,
  end_window_datetime: line.end_window_datetime ?? 0,
});
