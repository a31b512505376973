import { RAYS } from "#grader/contracts/axis.ts";
import type { Reconciliation } from "#grader/contracts/report.ts";
import { count } from "#reports/render/format.ts";
import { type Column, Table } from "./table.tsx";

type Count = Exclude<keyof Reconciliation, "axis">;

const COUNTS: readonly (readonly [head: string, key: Count])[] = [
  ["Intended", "intended"],
  ["Sent", "sent"],
  ["Acknowledged", "acknowledged"],
  ["Delivered", "delivered"],
  ["Lost", "lost"],
  ["Errors", "errors"],
  ["Unsent", "unsent"],
  ["Pending", "pending"],
  ["Duplicated", "duplicated"],
  ["Reordered", "reordered"],
];

const COLUMNS: readonly Column<Reconciliation>[] = [
  { head: "Axis", cell: ({ axis }) => RAYS[axis].title },
  ...COUNTS.map(
    ([head, key]): Column<Reconciliation> => ({
      head,
      figures: true,
      cell: (row) => <span data-zero={row[key] === 0 || undefined}>{count(row[key])}</span>,
    }),
  ),
];

/** What was offered beside what came of it, counted at the far side. */
export function ReconciliationTable({ rows }: { readonly rows: readonly Reconciliation[] }) {
  return <Table caption="Delivery" columns={COLUMNS} rows={rows} keyOf={({ axis }) => axis} />;
}
