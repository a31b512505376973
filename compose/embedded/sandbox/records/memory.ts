import type { RecordQuery, Records, Span } from "./records.ts";
import { OWNER_COLUMN, type RecordRows, type RecordTable } from "./rows.ts";

type AnyRow = RecordRows[RecordTable];
type OfTable<T extends RecordTable> = Map<string, RecordRows[T][]>;

/** About 300 MB; a longer run needs a ClickHouse. */
const MAX_ROWS = 2_000_000;
/** ClickHouse's merge_with_ttl_timeout: an expired row can be read that much longer. */
const EXPIRED_READABLE_MS = 600_000;

/** Records that last as long as the process. */
export function openMemoryRecords(maxRows = MAX_ROWS): Records {
  const tables: { readonly [T in RecordTable]: OfTable<T> } = {
    n_last_entry: new Map(),
    window_entry: new Map(),
    aggregation_entry: new Map(),
    unit_logs: new Map(),
  };
  let size = 0;

  const replace = (rows: Map<string, AnyRow[]>, owner: string, kept: AnyRow[]) => {
    size += kept.length - (rows.get(owner)?.length ?? 0);
    if (kept.length === 0) rows.delete(owner);
    else rows.set(owner, kept);
  };

  return {
    async insert(table, rows) {
      if (size + rows.length > maxRows) throw new Error(`more than ${maxRows} rows in memory`);
      for (const row of rows) append(tables[table], ownerOf(table, row), row);
      size += rows.length;
    },
    async read(table, query) {
      const found = (tables[table].get(query.owner) ?? []).filter((row) => matches(row, query));
      const ordered = inOrder(found, query.order);
      const { offset = 0, limit = 0 } = query;
      const rows = ordered.slice(offset, limit === 0 ? undefined : offset + limit);
      return { count: found.length, rows };
    },
    async remove(table, owners) {
      for (const owner of owners) replace(tables[table], owner, []);
    },
    async trimNRecords() {
      for (const [owner, rows] of tables.n_last_entry) {
        const oldestFirst = inOrder(rows, "asc");
        const kept = oldestFirst.slice(-(oldestFirst.at(-1)?.max_count ?? 0));
        if (kept.length < rows.length) replace(tables.n_last_entry, owner, kept);
      }
    },
    expire(nowMs) {
      const isReadable = (row: { readonly expiration_datetime: number }) =>
        row.expiration_datetime + EXPIRED_READABLE_MS > nowMs;
      for (const rows of [tables.window_entry, tables.unit_logs]) {
        for (const [owner, all] of rows) {
          if (!all.every(isReadable)) replace(rows, owner, all.filter(isReadable));
        }
      }
    },
    async close() {},
  };
}

function ownerOf<T extends RecordTable>(table: T, row: RecordRows[T]): string {
  return String(Reflect.get(row, OWNER_COLUMN[table]));
}

function append<Row>(rows: Map<string, Row[]>, owner: string, row: Row): void {
  const known = rows.get(owner);
  if (known === undefined) rows.set(owner, [row]);
  else known.push(row);
}

const isWithin = (value: number, { fromMs, toMs }: Span = {}): boolean =>
  value >= (fromMs ?? -Infinity) && value <= (toMs ?? Infinity);

function matches(row: AnyRow, query: RecordQuery): boolean {
  if (!isWithin(row.create_datetime, query.created)) return false;
  if ("end_window_datetime" in row) {
    return (
      (query.aggregations?.includes(row.aggregation_type) ?? true) &&
      (query.windowSizeSec ?? row.time_window_size) === row.time_window_size &&
      isWithin(row.end_window_datetime, query.windowEnd)
    );
  }
  if ("level" in row) return query.levels?.includes(row.level) ?? true;
  const state = row.state.toLowerCase();
  const words = (query.search ?? "").toLowerCase().split(/\s+/);
  return words.every((word) => state.includes(word));
}

function inOrder<Row extends AnyRow>(rows: readonly Row[], order: RecordQuery["order"]): Row[] {
  if (order === "") return [...rows];
  const sign = order === "asc" ? 1 : -1;
  return [...rows].sort((a, b) => sign * (a.create_datetime - b.create_datetime));
}
