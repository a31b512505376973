import type { Metadata } from "next";
import { notFound, redirect } from "next/navigation";
import { LiveBoard } from "../../../../components/live-board.tsx";
import { StoreTroubleScreen } from "../../../../components/store-trouble.tsx";
import { plannedObjectives } from "../../../../lib/plan-glimpse.ts";
import { readLive } from "../../../../lib/read-live.ts";
import { runIdFrom } from "../../../../lib/run-id.ts";
import { askStore } from "../../../../store.ts";

interface LivePageProps {
  readonly params: Promise<{ readonly runId: string }>;
}

export const metadata: Metadata = { title: "Live run" };

export default async function LivePage({ params }: LivePageProps) {
  const runId = runIdFrom((await params).runId);
  if (runId === undefined) notFound();
  const nowMs = Date.now();
  const asked = await askStore(async (store) => ({
    run: await store.readRun(runId),
    live: await readLive(store, runId, { sinceMs: 0, windows: 0 }, nowMs),
  }));
  if (asked.kind === "trouble") return <StoreTroubleScreen trouble={asked.trouble} />;
  const { run, live } = asked.value;
  if (run === undefined || live === undefined) notFound();
  if (!live.running) redirect(`/runs/${encodeURIComponent(runId)}`);
  return (
    <main id="main" className="page">
      <noscript>
        <meta httpEquiv="refresh" content="3" />
      </noscript>
      <LiveBoard
        runId={runId}
        target={run.targetUrl}
        initial={live}
        objectives={plannedObjectives(run.plan)}
      />
    </main>
  );
}
