import { z } from "zod";
import { queryInt, Unprocessable } from "./validation.ts";

const Order = z.enum(["asc", "desc", ""]);

/** Parameters that every list takes. */
export const listQuery = {
  search_string: z.string().optional(),
  order_by_create_date: Order.default("desc"),
  order_by_last_update: Order.default("desc"),
  offset: queryInt.optional(),
  limit: queryInt.optional(),
} as const;

const MAX_LIMIT = 500;

interface Paging {
  readonly offset?: number | undefined;
  readonly limit?: number | undefined;
}

/** Refuses a page that the platform would not give. */
export function checkPaging({ offset = 0, limit = 0 }: Paging): void {
  if (limit > MAX_LIMIT) throw new Unprocessable(`limit must be <= ${MAX_LIMIT}`);
  if (limit < 0) throw new Unprocessable("limit must be >= 0");
  if (offset < 0) throw new Unprocessable("offset must be >= 0");
}

/** One page; without a limit, or with limit 0, every row. */
export function page<Row>(rows: readonly Row[], paging: Paging): readonly Row[] {
  checkPaging(paging);
  const { offset = 0, limit = 0 } = paging;
  return rows.slice(offset, limit === 0 ? undefined : offset + limit);
}

/** What a list gives: one page, and how many rows there are before paging. */
export interface Page<Row> {
  readonly count: number;
  readonly rows: readonly Row[];
}

export const pageOf = <Row>(rows: readonly Row[], paging: Paging): Page<Row> => ({
  count: rows.length,
  rows: page(rows, paging),
});

const ROWS_OF_ONE_SERVICE = 100;

/** What a list costs by the rows that it puts into its answer, as a share of one service. */
export function rowCost(total: number, limit: unknown): number {
  const rows = Number(limit) > 0 ? Math.min(total, Number(limit)) : total;
  return Math.max(1, rows / ROWS_OF_ONE_SERVICE);
}

/** Whether every word of a search is somewhere in one of the columns, in any case. */
export function matchesSearch(
  search: string | undefined,
  ...columns: readonly (string | null)[]
): boolean {
  const lower = columns.map((column) => column?.toLowerCase() ?? "");
  return (search ?? "")
    .toLowerCase()
    .split(/\s+/)
    .every((word) => lower.some((column) => column.includes(word)));
}

/** A filter that a request may leave out. */
export const allows = <T>(allowed: readonly T[] | undefined, value: T): boolean =>
  allowed === undefined || allowed.includes(value);

interface Sorting<Row> {
  readonly order: "asc" | "desc" | "";
  readonly by: (row: Row) => string;
}

/** Sorts by each key in turn, the next one where the ones before are equal. */
export function sorted<Row>(rows: readonly Row[], ...keys: readonly Sorting<Row>[]): Row[] {
  const used = keys.filter((key) => key.order !== "");
  return [...rows].sort((a, b) => {
    for (const { order, by } of used) {
      const [left, right] = [by(a), by(b)];
      if (left !== right) return left < right === (order === "asc") ? -1 : 1;
    }
    return 0;
  });
}
