import { AXES } from "#grader/contracts/axis.ts";
import type { AxisResult } from "#grader/contracts/capacity.ts";
import type { Objective } from "#grader/contracts/objective.ts";
import type { ReportWave } from "#grader/contracts/report.ts";
import { ABSENT, latency, load, percent } from "#reports/render/format.ts";
import type { ObjectiveRow } from "../lib/windows.ts";
import { Badge } from "./badge.tsx";
import { type Column, Table } from "./table.tsx";

interface ObjectivesTableProps {
  readonly rows: readonly ObjectiveRow[];
  readonly results: readonly AxisResult[];
}

/** What each axis had to hold, up to where it did, and the window where it no longer did. */
export function ObjectivesTable({ rows, results }: ObjectivesTableProps) {
  const columns: readonly Column<ObjectiveRow>[] = [
    { head: "Axis", cell: ({ objective }) => AXES[objective.axis].title },
    { head: "Rule", cell: ({ objective }) => ruleOf(objective) },
    {
      head: "Outcome",
      cell: ({ objective, held }) => {
        const failed = results.find((r) => r.id === objective.axis)?.verdict === "failed";
        if (failed) return <Badge tone="bad" word="not met" />;
        return held === undefined ? (
          <Badge tone="warn" word="no evidence" />
        ) : (
          <Badge tone="good" word="met" />
        );
      },
    },
    { head: "Held up to", figures: true, cell: ({ held }) => loadOf(held) },
    { head: "p99 there", figures: true, cell: ({ held }) => latency(held?.latencyMs?.p99) },
    {
      head: "Broke at",
      figures: true,
      cell: ({ broken }) =>
        broken === undefined ? (
          "nothing broke"
        ) : (
          <a href={`#window-${broken.index}`}>
            {loadOf(broken)}, window {broken.index}
          </a>
        ),
    },
    { head: "Why", wide: true, cell: ({ broken }) => broken?.reason ?? ABSENT },
  ];
  return (
    <Table
      caption="Objectives"
      columns={columns}
      rows={rows}
      keyOf={({ objective }) => objective.axis}
      empty="This run kept no objectives."
    />
  );
}

const loadOf = (window: ReportWave | undefined) =>
  window === undefined ? ABSENT : load(window.load, window.axis);

function ruleOf({ deadlineMs, maxBadRatio, maxLostRatio }: Objective): string {
  return `${percent(1 - maxBadRatio)} within ${latency(deadlineMs)}, at most ${percent(maxLostRatio)} lost or failed`;
}
