import type { Report } from "#grader/contracts/report.ts";
import type { RunRow } from "#harness/store/rows.ts";
import { factsOf } from "../lib/plan-glimpse.ts";
import { type Column, Table } from "./table.tsx";

type NamedFact = readonly [name: string, value: string];

const COLUMNS: readonly Column<NamedFact>[] = [
  { head: "Name", cell: ([name]) => <span className="mono">{name}</span> },
  { head: "Value", wide: true, cell: ([, value]) => value },
];

interface EnvironmentProps {
  readonly run: RunRow;
  readonly report: Report | undefined;
}

/** What one needs to run it again: seed, versions, plan, environment. */
export function Environment({ run, report }: EnvironmentProps) {
  const versions: readonly NamedFact[] = [
    ["seed", String(run.seed)],
    ["loadstone", run.loadstoneVersion],
    ...(report === undefined
      ? []
      : ([
          ["method", `v${report.method.version}`],
          ["reference Unit", report.method.referenceUnit],
          ["target", report.run.target.version ?? "version not told"],
          ["generator", `Node ${report.generator.nodeVersion}, ${report.generator.platform}`],
          ["generator CPUs", String(report.generator.cpus)],
        ] as const)),
  ];
  return (
    <div className="two three">
      <FactTable title="Versions and seed" facts={versions} />
      <FactTable title="Plan" facts={factsOf(run.plan)} />
      <FactTable title="Environment" facts={factsOf(run.environment)} />
    </div>
  );
}

function FactTable({
  title,
  facts,
}: {
  readonly title: string;
  readonly facts: readonly NamedFact[];
}) {
  return (
    <div className="facts-table">
      <h3>{title}</h3>
      <Table caption={title} columns={COLUMNS} rows={facts} keyOf={([name]) => name} />
    </div>
  );
}
