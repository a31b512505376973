import type { AggregationName, AggregationRow } from "../records/rows.ts";
import type { PipeEntry, PolicyBuffer } from "./rows-buffer.ts";

interface Policy {
  readonly kind: AggregationName;
  readonly windowSec: number;
}

interface Window {
  readonly node: string;
  readonly startMs: number;
  readonly values: number[];
}

export interface AggregationOptions {
  readonly maxSize: number;
  readonly nowMs: () => number;
  readonly insert: (rows: readonly AggregationRow[]) => void;
}

/**
 * The values of each node in windows aligned to UTC, all kept until their window ends. The policy
 * seen last decides for every node: function and size must not be mixed on one instance.
 */
export function createAggregationBuffer(options: AggregationOptions): PolicyBuffer {
  const { maxSize, nowMs, insert } = options;
  const windows = new Map<string, Window>();
  let last: Policy | undefined;
  let held = 0;

  const endOf = ({ startMs }: Window, { windowSec }: Policy) => startMs + windowSec * 1000;
  const hasEnded = (policy: Policy, atMs: number) =>
    [...windows.values()].some((window) => endOf(window, policy) <= atMs);

  return {
    add(entry) {
      const number = Number(entry.value);
      const policy = policyOf(entry);
      if (policy === undefined || entry.value === "" || Number.isNaN(number)) return false;
      last = policy;
      const sizeMs = policy.windowSec * 1000;
      const startMs = Math.floor(entry.atMs / sizeMs) * sizeMs;
      const key = `${entry.node} ${startMs}`;
      const window = windows.get(key) ?? { node: entry.node, startMs, values: [] };
      windows.set(key, window);
      window.values.push(number);
      held++;
      // Flushing early takes the lock that adding holds; it is tried when a window has ended.
      return held >= maxSize && hasEnded(policy, entry.atMs);
    },
    flush() {
      const policy = last;
      if (policy === undefined) return;
      const atMs = Math.floor(nowMs());
      const rows: AggregationRow[] = [];
      for (const [key, window] of windows) {
        const endMs = endOf(window, policy);
        if (endMs > atMs) continue;
        windows.delete(key);
        held -= window.values.length;
        rows.push(toRow(window, policy, endMs, atMs));
      }
      if (rows.length > 0) insert(rows);
    },
  };
}

function policyOf({ config }: PipeEntry): Policy | undefined {
  const { aggregation_functions: kind, time_window_size: windowSec } = config.processing_policy;
  return kind === null || windowSec === null ? undefined : { kind, windowSec };
}

const toRow = (window: Window, policy: Policy, endMs: number, atMs: number): AggregationRow => ({
  unit_node_uuid: window.node,
  state: aggregate(policy.kind, window.values),
  aggregation_type: policy.kind,
  time_window_size: policy.windowSec,
  create_datetime: atMs,
  start_window_datetime: window.startMs,
  end_window_datetime: endMs,
});

function aggregate(kind: AggregationName, values: readonly number[]): number {
  const sum = values.reduce((total, value) => total + value, 0);
  switch (kind) {
    case "Avg":
      return sum / values.length;
    case "Sum":
      return sum;
    case "Min":
      return values.reduce((least, value) => Math.min(least, value));
    case "Max":
      return values.reduce((most, value) => Math.max(most, value));
    default:
      return kind satisfies never;
  }
}
