import { RAYS } from "#grader/contracts/axis.ts";
import type { AxisResult, JointResult } from "#grader/contracts/capacity.ts";
import type { PentagonCorner, Report } from "#grader/contracts/report.ts";
import { ABSENT, capacityText, figure, interval, load, percent } from "#reports/render/format.ts";
import type { Tone } from "../lib/standing.ts";
import { Badge } from "./badge.tsx";
import { type Column, Table } from "./table.tsx";

interface AxisRow {
  readonly result: AxisResult | JointResult;
  /** Without one for the joint run, whose capacity is in Units anyway. */
  readonly corner: PentagonCorner | undefined;
  readonly units: number | null;
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
        {RAYS[result.id].title}
        {limits ? <span className="tag">limits</span> : null}
        <span className="sub">{RAYS[result.id].counts}</span>
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
    cell: ({ units }) => (units === null ? ABSENT : figure(units)),
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

const jointRow = (result: JointResult, limits: boolean): AxisRow => ({
  result,
  corner: undefined,
  units: result.capacity?.rated ?? result.capacity?.low ?? null,
  limits,
});

/** The pentagon in figures, and the reason behind each. */
export function AxesTable({ report }: { readonly report: Report }) {
  const { grade, joint, pentagon } = report;
  const axes = report.axes.map((result): AxisRow => {
    const corner = pentagon.find(({ axis }) => axis === result.id);
    const limits = grade.limitedBy === result.id;
    return { result, corner, units: corner?.units ?? null, limits };
  });
  const rows = joint === undefined ? axes : [...axes, jointRow(joint, grade.jointly === true)];
  return (
    <Table
      caption="Capacity on the five axes, alone and all at once"
      columns={COLUMNS}
      rows={rows}
      keyOf={({ result }) => result.id}
    />
  );
}
