import type { Report } from "#grader/contracts/report.ts";
import type { RunRow } from "#harness/store/rows.ts";
import { ABSENT, duration, interval, quantity } from "#reports/render/format.ts";
import Link from "next/link";
import { reasonOf, standingOf } from "../lib/standing.ts";
import { Badge } from "./badge.tsx";
import { Facts } from "./facts.tsx";
import { GradeTile } from "./grade-tile.tsx";
import { Moment } from "./moment.tsx";

interface RunHeadProps {
  readonly run: RunRow;
  readonly report: Report | undefined;
  readonly nowMs: number;
}

/** Verdict, why, and the few facts that say which run this is. */
export function RunHead({ run, report, nowMs }: RunHeadProps) {
  const { tone, word } = standingOf(run, nowMs);
  return (
    <header className="run-head">
      <p className="eyebrow">
        <Link prefetch={false} href="/runs">
          Runs
        </Link>{" "}
        / <span className="mono">{run.runId}</span>
      </p>
      <div className="run-verdict" data-tone={tone}>
        {report === undefined ? null : <GradeTile letter={report.grade.letter} small />}
        <div>
          <h1>
            <Badge tone={tone} word={word} />
            <span className="sr-only"> – run {run.runId}</span>
          </h1>
          <p className="lead">{sentence(reasonOf(run, nowMs))}</p>
        </div>
      </div>
      <Facts
        dense
        facts={[
          {
            name: "Units",
            value: quantity(report?.grade.units, ""),
            ...(report === undefined
              ? {}
              : { hint: interval(report.grade.low, report.grade.high) }),
          },
          { name: "Target", value: run.targetUrl, hint: run.targetKind },
          { name: "Depth", value: run.depth },
          { name: "Started", value: <Moment atMs={run.startedAtMs} /> },
          {
            name: "Took",
            value: run.endedAtMs === null ? ABSENT : duration(run.endedAtMs - run.startedAtMs),
          },
        ]}
      />
    </header>
  );
}

/** The store keeps reasons as phrases; here one stands alone. */
function sentence(phrase: string): string {
  const text = phrase.charAt(0).toUpperCase() + phrase.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
