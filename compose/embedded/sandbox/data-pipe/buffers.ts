import type { Clock } from "../clock.ts";
import { naiveSeconds } from "../clock.ts";
import type { Records } from "../records/records.ts";
import type { RecordRows, RecordTable } from "../records/rows.ts";
import type { Database } from "../state/database.ts";
import type { Change } from "../state/rows.ts";
import { createAggregationBuffer } from "./aggregation-buffer.ts";
import type { PipeConfig } from "./config.ts";
import { createLastValueBuffer } from "./last-value-buffer.ts";
import {
  createRowsBuffer,
  type PipeEntry,
  type PolicyBuffer,
  toUncountedRow,
  toWindowRow,
  withCount,
} from "./rows-buffer.ts";

export interface BufferOptions {
  readonly db: Database;
  readonly records: Records;
  readonly clock: Clock;
  readonly maxSize: number;
  readonly log: (line: string) => void;
}

export type Buffers = Readonly<
  Record<PipeConfig["processing_policy"]["policy_type"], PolicyBuffer>
>;

/** One buffer for each policy, over the store that the policy writes to. */
export function createBuffers({ db, records, clock, maxSize, log }: BufferOptions): Buffers {
  const insert = <T extends RecordTable>(table: T, rows: readonly RecordRows[T][]) => {
    records.insert(table, rows).catch((error: unknown) => {
      log(`${rows.length} rows for ${table} are lost: ${String(error)}`);
    });
  };
  return {
    LastValue: createLastValueBuffer({ maxSize, store: (values) => storeLast(db, values) }),
    NRecords: createRowsBuffer({
      maxSize,
      toRow: toUncountedRow,
      insert: (rows, last) => insert("n_last_entry", withCount(rows, last)),
    }),
    TimeWindow: createRowsBuffer({
      maxSize,
      toRow: toWindowRow,
      insert: (rows) => insert("window_entry", rows),
    }),
    Aggregation: createAggregationBuffer({
      maxSize,
      nowMs: () => clock.wallMs(),
      insert: (rows) => insert("aggregation_entry", rows),
    }),
  };
}

/** One update of all nodes; those that are gone meanwhile are left out. */
function storeLast(db: Database, values: readonly PipeEntry[]): void {
  const changes = values.flatMap(({ node, value, atMs }): Change[] => {
    const row = db.nodes.get(node);
    if (row === undefined) return [];
    const put = { ...row, state: value, last_update_datetime: naiveSeconds(atMs) };
    return [{ table: "nodes", put }];
  });
  db.note(...changes);
}
