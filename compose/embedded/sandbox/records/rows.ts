/** Rows of the platform's ClickHouse tables. Times are milliseconds since the Unix epoch. */

export type StateType = "Number" | "Text";
export const AGGREGATIONS = ["Avg", "Min", "Max", "Sum"] as const;
export type AggregationName = (typeof AGGREGATIONS)[number];
export const LOG_LEVELS = ["Debug", "Info", "Warning", "Error", "Critical"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface NRecordsRow {
  readonly unit_node_uuid: string;
  readonly state: string;
  readonly state_type: StateType;
  readonly create_datetime: number;
  readonly max_count: number;
  /** Bytes after the transformations. */
  readonly size: number;
}

export interface WindowRow {
  readonly unit_node_uuid: string;
  readonly state: string;
  readonly state_type: StateType;
  readonly create_datetime: number;
  /** Whole seconds. */
  readonly expiration_datetime: number;
  readonly size: number;
}

export interface AggregationRow {
  readonly unit_node_uuid: string;
  readonly state: number;
  readonly aggregation_type: AggregationName;
  /** Seconds. */
  readonly time_window_size: number;
  readonly create_datetime: number;
  readonly start_window_datetime: number;
  readonly end_window_datetime: number;
}

export interface UnitLogRow {
  readonly uuid: string;
  readonly level: LogLevel;
  readonly unit_uuid: string;
  readonly text: string;
  readonly create_datetime: number;
  /** Whole seconds. */
  readonly expiration_datetime: number;
}

/** Tables by the policy that fills them, and the log of the units. */
export interface RecordRows {
  readonly n_last_entry: NRecordsRow;
  readonly window_entry: WindowRow;
  readonly aggregation_entry: AggregationRow;
  readonly unit_logs: UnitLogRow;
}
export type RecordTable = keyof RecordRows;

/** What a row belongs to: a node, or the unit of a log. */
export const OWNER_COLUMN = {
  n_last_entry: "unit_node_uuid",
  window_entry: "unit_node_uuid",
  aggregation_entry: "unit_node_uuid",
  unit_logs: "unit_uuid",
} as const satisfies Record<RecordTable, string>;
