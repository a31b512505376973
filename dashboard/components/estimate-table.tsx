import { RAYS } from "#grader/contracts/axis.ts";
import type { EstimateDetail } from "#harness/store/rows.ts";
import { interval, load, quantity } from "#reports/render/format.ts";
import { type Column, Table } from "./table.tsx";

const COLUMNS: readonly Column<EstimateDetail>[] = [
  { head: "Axis", cell: ({ axis }) => RAYS[axis].title },
  { head: "Capacity", figures: true, cell: ({ axis, value }) => load(value, axis) },
  { head: "Interval", figures: true, cell: ({ low, high }) => interval(low, high) },
  { head: "Held", figures: true, cell: ({ lower }) => quantity(lower, "") },
  { head: "Broke", figures: true, cell: ({ upper }) => quantity(upper, "") },
];

/** Where the search stands on each axis it has begun. */
export function EstimateTable({ estimates }: { readonly estimates: readonly EstimateDetail[] }) {
  return (
    <Table
      caption="Running estimate"
      columns={COLUMNS}
      rows={estimates}
      keyOf={({ axis }) => axis}
      empty="The first estimate comes with the first closed window."
    />
  );
}
