import { AXES, AXIS_IDS } from "#grader/contracts/axis.ts";
import type { RunRow } from "#harness/store/rows.ts";
import { depthOf } from "#harness/store/run-kind.ts";
import { ABSENT, duration, figure } from "#reports/render/format.ts";
import type { Metadata } from "next";
import Link from "next/link";
import { z } from "zod";
import { Badge } from "../../components/badge.tsx";
import { Moment } from "../../components/moment.tsx";
import { StoreTroubleScreen } from "../../components/store-trouble.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { isRunning, reasonOf, standingOf } from "../../lib/standing.ts";
import { askStore } from "../../store.ts";

export const metadata: Metadata = { title: "Runs" };

const Query = z.object({ limit: z.coerce.number().int().min(1).max(500).catch(50) });

interface RunsPageProps {
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function RunsPage({ searchParams }: RunsPageProps) {
  const { limit } = Query.parse(await searchParams);
  const asked = await askStore((store) =>
    Promise.all([store.listRuns(limit), store.listReports(limit)]),
  );
  if (asked.kind === "trouble") return <StoreTroubleScreen trouble={asked.trouble} />;
  const [runs, reports] = asked.value;
  const grades = new Map(reports.map((row) => [row.runId, row.report.grade]));
  const nowMs = Date.now();
  const columns: readonly Column<RunRow>[] = [
    {
      head: "Run",
      cell: (run) => (
        <Link prefetch={false} className="mono" href={hrefOf(run, nowMs)}>
          {run.runId}
        </Link>
      ),
    },
    {
      head: "Verdict",
      cell: (run) => {
        const { tone, word } = standingOf(run, nowMs);
        return <Badge tone={tone} word={word} />;
      },
    },
    { head: "Grade", cell: (run) => <strong>{grades.get(run.runId)?.letter ?? ABSENT}</strong> },
    {
      head: "Units",
      figures: true,
      cell: (run) => {
        const units = grades.get(run.runId)?.units ?? null;
        return units === null ? ABSENT : figure(units);
      },
    },
    { head: "Started", cell: (run) => <Moment atMs={run.startedAtMs} /> },
    {
      head: "Took",
      figures: true,
      cell: (run) => (run.endedAtMs === null ? ABSENT : duration(run.endedAtMs - run.startedAtMs)),
    },
    { head: "Depth", cell: (run) => depthOf(run) },
    { head: "Axes", cell: axesOf },
    { head: "Target", cell: (run) => run.targetUrl },
    { head: "Reason", wide: true, cell: (run) => reasonOf(run, nowMs) },
  ];
  return (
    <main id="main" className="page">
      <header className="page-head">
        <h1>Runs</h1>
        <p className="muted">
          {runs.length < limit ? `${runs.length} runs, newest first.` : `The newest ${limit} runs.`}
        </p>
      </header>
      <Table
        caption="Runs, newest first"
        columns={columns}
        rows={runs}
        keyOf={(run) => run.runId}
        empty="No run yet. Start one with npm start, or with loadstone grade or run."
      />
      {runs.length < limit ? null : (
        <p>
          <Link prefetch={false} href={`/runs?limit=${Math.min(500, limit * 2)}`}>
            Show more
          </Link>
        </p>
      )}
    </main>
  );
}

const axesOf = ({ axes }: RunRow) =>
  axes.length === AXIS_IDS.length ? "all five" : axes.map((axis) => AXES[axis].title).join(", ");

const hrefOf = (run: RunRow, nowMs: number) =>
  `/runs/${encodeURIComponent(run.runId)}${isRunning(run, nowMs) ? "/live" : ""}`;
