import { AXES } from "#grader/contracts/axis.ts";
import type { AxisResult } from "#grader/contracts/capacity.ts";
import type { PentagonCorner, Report } from "#grader/contracts/report.ts";
import { ABSENT, capacityText, figure, interval, load, percent } from "#reports/render/format.ts";
import type { Tone } from "../lib/standing.ts";
import { Badge } from "./badge.tsx";
import { type Column, Table } from "./table.tsx";

interface AxisRow {
  readonly result: AxisResult;
  readonly corner: PentagonCorner | undefined;
  readonly limits: boolean;
}

const TONES: Readonly<Record<AxisResult["verdict"], Tone>> = {
  measured: "good",
  censored: "good",
  inconclusive: "warn",
  failed: "bad",
};

const COLUMNS: readonly Column<AxisRow>[] = [
  {
    head: "Axis",
    cell: ({ result, limits }) => (
      <>
        {AXES[result.id].title}
        {limits ? <span className="tag">limits</span> : null}
        <span className="sub">{AXES[result.id].counts}</span>
      </>
    ),
  },
  {
    head: "Answer",
    cell: ({ result }) => <Badge tone={TONES[result.verdict]} word={result.verdict} />,
  },
  {
    head: "Capacity",
    figures: true,
    cell: ({ result }) => capacityText(result.capacity, result.id),
  },
  {
    head: "95 % interval",
    figures: true,
    cell: ({ result: { capacity } }) =>
      capacity === null ? ABSENT : interval(capacity.low, capacity.high),
  },
  {
    head: "Rated",
    figures: true,
    cell: ({ result }) => load(result.capacity?.rated, result.id),
  },
  {
    head: "In Units",
    figures: true,
    cell: ({ corner }) =>
      corner?.units === null || corner === undefined ? ABSENT : figure(corner.units),
  },
  {
    head: "Headroom",
    figures: true,
    cell: ({ corner }) =>
      corner?.headroom === null || corner === undefined ? ABSENT : percent(corner.headroom),
  },
  {
    head: "What limits it",
    wide: true,
    cell: ({ result }) => (
      <>
        {result.limitedBy === null ? null : <span className="tag">{result.limitedBy}</span>}{" "}
        {result.reason}
      </>
    ),
  },
];

/** The pentagon in figures, and the reason behind each. */
export function AxesTable({ report }: { readonly report: Report }) {
  const rows = report.axes.map((result) => ({
    result,
    corner: report.pentagon.find((corner) => corner.axis === result.id),
    limits: report.grade.limitedBy === result.id,
  }));
  return (
    <Table
      caption="Capacity on the five axes"
      columns={COLUMNS}
      rows={rows}
      keyOf={({ result }) => result.id}
    />
  );
}
