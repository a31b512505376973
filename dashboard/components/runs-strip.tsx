import type { GradeRow, RunRow } from "#harness/store/rows.ts";
import { depthOf } from "#harness/store/run-kind.ts";
import Link from "next/link";
import { standingOf } from "../lib/standing.ts";
import { ago } from "../lib/time-words.ts";
import { Badge } from "./badge.tsx";

interface RunsStripProps {
  readonly runs: readonly RunRow[];
  readonly grades: readonly GradeRow[];
  readonly nowMs: number;
}

/** The last runs, newest first, each with its verdict as icon and word. */
export function RunsStrip({ runs, grades, nowMs }: RunsStripProps) {
  return (
    <ol className="strip">
      {runs.map((run) => {
        const { word, tone } = standingOf(run, nowMs);
        const letter = grades.find((grade) => grade.runId === run.runId)?.report.grade.letter;
        return (
          <li key={run.runId}>
            <Link
              prefetch={false}
              href={`/runs/${encodeURIComponent(run.runId)}`}
              className="strip-card"
            >
              <span className="strip-top">
                <Badge tone={tone} word={word} />
                {letter === undefined || letter === null ? null : <b>{letter}</b>}
              </span>
              <span>{depthOf(run)}</span>
              <span className="muted">{ago(run.startedAtMs, nowMs)}</span>
              <span className="sr-only">, run {run.runId}</span>
            </Link>
          </li>
        );
      })}
    </ol>
  );
}
