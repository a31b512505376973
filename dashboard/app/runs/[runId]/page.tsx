import { depthOf } from "#harness/store/run-kind.ts";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { AxesTable } from "../../../components/axes-table.tsx";
import { CapacityCurves } from "../../../components/capacity-curves.tsx";
import { Environment } from "../../../components/environment.tsx";
import { EventLog } from "../../../components/event-log.tsx";
import { GeneratorFacts } from "../../../components/generator-facts.tsx";
import { LiveBanner } from "../../../components/live-banner.tsx";
import { Notice } from "../../../components/notice.tsx";
import { ObjectivesTable } from "../../../components/objectives-table.tsx";
import { ReconciliationTable } from "../../../components/reconciliation-table.tsx";
import { RunHead } from "../../../components/run-head.tsx";
import { Section } from "../../../components/section.tsx";
import { StoreTroubleScreen } from "../../../components/store-trouble.tsx";
import { WindowsTable } from "../../../components/windows-table.tsx";
import { plannedObjectives } from "../../../lib/plan-glimpse.ts";
import { readStoredRun } from "../../../lib/read-run.ts";
import { runIdFrom } from "../../../lib/run-id.ts";
import { isRunning } from "../../../lib/standing.ts";
import { objectiveRows, windowsOf } from "../../../lib/windows.ts";
import { askStore } from "../../../store.ts";

interface RunPageProps {
  readonly params: Promise<{ readonly runId: string }>;
}

export async function generateMetadata({ params }: RunPageProps): Promise<Metadata> {
  return { title: `Run ${runIdFrom((await params).runId) ?? ""}` };
}

export default async function RunPage({ params }: RunPageProps) {
  const runId = runIdFrom((await params).runId);
  if (runId === undefined) notFound();
  const asked = await askStore((store) => readStoredRun(store, runId));
  if (asked.kind === "trouble") return <StoreTroubleScreen trouble={asked.trouble} />;
  if (asked.value === undefined) notFound();
  const { run, report, trials, events } = asked.value;
  const nowMs = Date.now();
  const windows = windowsOf(report, trials);
  const objectives = report?.objectives ?? plannedObjectives(run.plan);
  return (
    <main id="main" className="page">
      {isRunning(run, nowMs) ? <LiveBanner run={run} nowMs={nowMs} /> : null}
      <RunHead run={run} report={report} nowMs={nowMs} />
      {depthOf(run) === "run" ? <Ungraded runId={runId} /> : null}
      <nav className="contents" aria-label="On this page">
        {report === undefined ? null : <a href="#axes">Axes</a>}
        <a href="#objectives">Objectives</a>
        {report === undefined ? null : <a href="#capacity">Capacity</a>}
        <a href="#windows">Windows</a>
        {report === undefined ? null : <a href="#delivery">Delivery</a>}
        {report === undefined ? null : <a href="#generator">Generator</a>}
        <a href="#environment">Environment</a>
        <a href="#events">Events</a>
        {report === undefined ? null : (
          <a href={`/runs/${encodeURIComponent(runId)}/report.json`} download>
            Download JSON
          </a>
        )}
      </nav>
      {report === undefined ? null : (
        <Section id="axes" title="Axes">
          <AxesTable report={report} />
        </Section>
      )}
      <Section id="objectives" title="Objectives" lead="The rule, how far it held, where it broke.">
        <ObjectivesTable rows={objectiveRows(objectives, windows)} results={report?.axes ?? []} />
      </Section>
      {report === undefined ? null : (
        <Section
          id="capacity"
          title="Capacity curves"
          lead="Each dot is a window: what was offered, what was delivered, and its tail."
        >
          <CapacityCurves report={report} windows={windows} objectives={objectives} />
        </Section>
      )}
      <Section
        id="windows"
        title="Windows"
        lead={`${windows.length} windows of load, judged one by one.`}
      >
        <WindowsTable windows={windows} />
      </Section>
      {report === undefined ? null : (
        <>
          <Section
            id="delivery"
            title="Delivery"
            lead="Both sides counted; what was offered must equal what came of it."
          >
            <ReconciliationTable rows={report.reconciliation} />
          </Section>
          <Section id="generator" title="Generator" lead="Were we the limit?">
            <GeneratorFacts generator={report.generator} />
          </Section>
        </>
      )}
      <Section id="environment" title="Environment and plan">
        <Environment run={run} report={report} />
      </Section>
      <Section id="events" title="Events">
        <EventLog
          events={events.filter((event) => event.kind !== "estimate")}
          startedAtMs={run.startedAtMs}
          label="Events of the run"
        />
      </Section>
    </main>
  );
}

function Ungraded({ runId }: { readonly runId: string }) {
  return (
    <Notice tone="idle">
      A run of given load searches nothing, so it has no grade. A window that a planned fault broke
      shows as bad below; the verdict leaves it out. All of it, with faults and sessions:{" "}
      <code>npm run -s loadstone -- report {runId}</code>
    </Notice>
  );
}
