import type { GradeRow } from "#harness/store/rows.ts";
import { ABSENT, figure, interval } from "#reports/render/format.ts";
import Link from "next/link";
import { Moment } from "./moment.tsx";
import { type Column, Table } from "./table.tsx";

const COLUMNS: readonly Column<GradeRow>[] = [
  {
    head: "Graded",
    cell: ({ runId, atMs }) => (
      <Link prefetch={false} href={`/runs/${encodeURIComponent(runId)}`}>
        <Moment atMs={atMs} />
      </Link>
    ),
  },
  { head: "Letter", cell: ({ report }) => report.grade.letter ?? ABSENT },
  {
    head: "Units",
    figures: true,
    cell: ({ report: { grade } }) => (grade.units === null ? ABSENT : figure(grade.units)),
  },
  {
    head: "Interval",
    figures: true,
    cell: ({ report: { grade } }) => interval(grade.low, grade.high),
  },
];

/** The sparkline in figures. */
export function TrendTable({ grades }: { readonly grades: readonly GradeRow[] }) {
  return (
    <details>
      <summary>Trend as a table</summary>
      <Table caption="Grades over time" columns={COLUMNS} rows={grades} keyOf={(g) => g.runId} />
    </details>
  );
}
