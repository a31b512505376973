import type { RecordTable } from "./rows.ts";

const NODE = "unit_node_uuid UUID, ";
const VALUE = "state String, state_type Enum8('Number' = 1, 'Text' = 2), ";
const LEVELS = "'Debug' = 1, 'Info' = 2, 'Warning' = 3, 'Error' = 4, 'Critical' = 5";
const ENGINE = "ENGINE = MergeTree ORDER BY";
const GRANULARITY = "index_granularity = 128";
const TTL = "TTL expiration_datetime SETTINGS merge_with_ttl_timeout = 600,";

/** Columns and engines as the platform's migrations make them; times are kept in UTC. */
export const CREATE_TABLE: Readonly<Record<RecordTable, string>> = {
  n_last_entry: `(${NODE}${VALUE}create_datetime DateTime64(3, 'UTC'), max_count UInt32, size UInt32)
    ${ENGINE} (unit_node_uuid, create_datetime) SETTINGS ${GRANULARITY}`,
  window_entry: `(${NODE}${VALUE}create_datetime DateTime64(3, 'UTC'),
    expiration_datetime DateTime('UTC'), size UInt32)
    ${ENGINE} (unit_node_uuid, create_datetime) ${TTL} ${GRANULARITY}`,
  aggregation_entry: `(${NODE}state Float64,
    aggregation_type Enum8('Avg' = 1, 'Min' = 2, 'Max' = 3, 'Sum' = 4), time_window_size UInt32,
    create_datetime DateTime64(3, 'UTC'), start_window_datetime DateTime64(3, 'UTC'),
    end_window_datetime DateTime64(3, 'UTC'))
    ${ENGINE} (unit_node_uuid, start_window_datetime) SETTINGS ${GRANULARITY}`,
  unit_logs: `(uuid UUID, level Enum8(${LEVELS}), unit_uuid UUID, text String,
    create_datetime DateTime64(3, 'UTC'), expiration_datetime DateTime('UTC'))
    ${ENGINE} (unit_uuid, create_datetime) ${TTL} ${GRANULARITY}`,
};

/** Columns that hold a time: whole seconds or milliseconds. */
export const TIME_COLUMNS = {
  create_datetime: "ms",
  start_window_datetime: "ms",
  end_window_datetime: "ms",
  expiration_datetime: "s",
} as const;

/** The columns of each table, in the order of its row type. */
export const COLUMNS: Readonly<Record<RecordTable, readonly string[]>> = {
  n_last_entry: ["unit_node_uuid", "state", "state_type", "create_datetime", "max_count", "size"],
  window_entry: [
    "unit_node_uuid",
    "state",
    "state_type",
    "create_datetime",
    "expiration_datetime",
    "size",
  ],
  aggregation_entry: [
    "unit_node_uuid",
    "state",
    "aggregation_type",
    "time_window_size",
    "create_datetime",
    "start_window_datetime",
    "end_window_datetime",
  ],
  unit_logs: ["uuid", "level", "unit_uuid", "text", "create_datetime", "expiration_datetime"],
};
