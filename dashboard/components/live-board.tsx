"use client";

import { RAYS } from "#grader/contracts/axis.ts";
import type { Objective } from "#grader/contracts/objective.ts";
import { LiveCharts } from "../charts/live-charts.tsx";
import type { LiveData } from "../lib/live.ts";
import { EstimateTable } from "./estimate-table.tsx";
import { EventLog } from "./event-log.tsx";
import { LiveBar } from "./live-bar.tsx";
import { useLive } from "./use-live.ts";

interface LiveBoardProps {
  readonly runId: string;
  readonly target: string;
  readonly initial: LiveData;
  readonly objectives: readonly Objective[];
}

/** A run as it goes. Drawn on the server first; scripts only keep it fresh. */
export function LiveBoard({ runId, target, initial, objectives }: LiveBoardProps) {
  const { data, fresh } = useLive(runId, initial);
  const axis = data.points.at(-1)?.axis ?? data.estimates.at(-1)?.axis;
  const deadlineMs = objectives.find((objective) => objective.axis === axis)?.deadlineMs;
  return (
    <>
      <p className="eyebrow">
        <span className="mono">{runId}</span> <span className="muted">{target}</span>
      </p>
      <h1 className="live-title">
        Live run{axis === undefined ? "" : `: ${RAYS[axis].title}`}
        <span className="muted small" role="status">
          {fresh ? "" : "No answer from the dashboard; trying again …"}
        </span>
      </h1>
      <LiveBar data={data} deadlineMs={deadlineMs} />
      <div className="live">
        <LiveCharts data={data} deadlineMs={deadlineMs} />
        <aside aria-label="Running estimate and events">
          <h2>Estimate so far</h2>
          <EstimateTable estimates={data.estimates} />
          <h2>Events</h2>
          <EventLog
            events={data.events}
            startedAtMs={data.startedAtMs}
            label="Events, newest first"
          />
        </aside>
      </div>
    </>
  );
}
