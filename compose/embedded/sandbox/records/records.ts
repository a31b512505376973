import type { AggregationName, LogLevel, RecordRows, RecordTable } from "./rows.ts";

/** What a reader asks of one node, or of one unit's log. */
export interface RecordQuery {
  readonly owner: string;
  /** Every word is somewhere in the value, in any case; not for aggregations. */
  readonly search?: string | undefined;
  readonly levels?: readonly LogLevel[] | undefined;
  readonly aggregations?: readonly AggregationName[] | undefined;
  readonly windowSizeSec?: number | undefined;
  /** Both bounds are on the end of the window, inclusive. */
  readonly windowEnd?: Span | undefined;
  /** Inclusive. */
  readonly created?: Span | undefined;
  readonly order: "asc" | "desc" | "";
  readonly offset?: number | undefined;
  /** 0 or absent: every row. */
  readonly limit?: number | undefined;
}

export interface Span {
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

/** One page and how many rows there are before paging. */
export interface RecordPage<T extends RecordTable> {
  readonly count: number;
  readonly rows: readonly RecordRows[T][];
}

/** Where the platform keeps what Units stored: ClickHouse, or memory. */
export interface Records {
  /** Resolves when the rows can be read back; rejects when none of them was stored. */
  insert<T extends RecordTable>(table: T, rows: readonly RecordRows[T][]): Promise<void>;
  read<T extends RecordTable>(table: T, query: RecordQuery): Promise<RecordPage<T>>;
  /** Removes all rows of some owners. */
  remove(table: RecordTable, owners: readonly string[]): Promise<void>;
  /** Keeps of every node the newest rows, as many as the newest row allows. */
  trimNRecords(): Promise<void>;
  /** Removes what expired; ClickHouse does it by itself, in its own time. */
  expire(nowMs: number): void;
  close(): Promise<void>;
}
