import type { NRecordsRow, WindowRow } from "../records/rows.ts";
import type { PipeConfig } from "./config.ts";

/** A value that passed its pipe. */
export interface PipeEntry {
  readonly node: string;
  readonly config: PipeConfig;
  readonly value: string;
  readonly atMs: number;
}

/** Entries of one policy between two flushes. */
export interface PolicyBuffer {
  /** True when the service hung itself up on its own lock: it never does anything again. */
  add(entry: PipeEntry): boolean;
  flush(): void;
}

interface RowsBufferOptions<Row> {
  readonly maxSize: number;
  readonly toRow: (entry: PipeEntry) => Row;
  /** Whether the store takes the rows is not waited for: a batch that it refuses is lost. */
  readonly insert: (rows: readonly Row[], last: PipeConfig) => void;
}

/** One row for each entry, stored at the flush or when there are enough of them. */
export function createRowsBuffer<Row>(options: RowsBufferOptions<Row>): PolicyBuffer {
  const { maxSize, toRow, insert } = options;
  let rows: Row[] = [];
  let last: PipeConfig | undefined;

  const flush = () => {
    if (last !== undefined && rows.length > 0) insert(rows, last);
    rows = [];
  };
  return {
    add(entry) {
      rows.push(toRow(entry));
      last = entry.config;
      if (rows.length >= maxSize) flush();
      return false;
    },
    flush,
  };
}

const valueOf = ({ node, config, value, atMs }: PipeEntry) => ({
  unit_node_uuid: node,
  state: value,
  state_type: config.filters.type_input_value,
  create_datetime: Math.floor(atMs),
  size: Buffer.byteLength(value),
});

export function toWindowRow(entry: PipeEntry): WindowRow {
  const keepSec = entry.config.processing_policy.time_window_size ?? 0;
  const { size, ...value } = valueOf(entry);
  const expiration_datetime = (Math.floor(entry.atMs / 1000) + keepSec) * 1000;
  return { ...value, expiration_datetime, size };
}

export type UncountedRow = Omit<NRecordsRow, "max_count">;
export const toUncountedRow: (entry: PipeEntry) => UncountedRow = valueOf;

/** The count of the policy seen last goes to all rows of a batch, whatever their own nodes say. */
export function withCount(rows: readonly UncountedRow[], last: PipeConfig): NRecordsRow[] {
  const max_count = last.processing_policy.n_records_count ?? 1;
  return rows.map(({ size, ...row }) => ({ ...row, max_count, size }));
}
