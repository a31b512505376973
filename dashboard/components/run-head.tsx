import type { Report } from "#grader/contracts/report.ts";
import type { RunRow } from "#harness/store/rows.ts";
import { depthOf } from "#harness/store/run-kind.ts";
import { ABSENT, duration, interval, quantity } from "#reports/render/format.ts";
import Link from "next/link";
import { reasonOf, standingOf } from "../lib/standing.ts";
import { Badge } from "./badge.tsx";
import { type Fact, Facts } from "./facts.tsx";
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
          ...unitsFact(report),
          { name: "Target", value: run.targetUrl, hint: run.targetKind },
          depthFact(run),
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

/** Only a grade says how many Units an instance holds. */
function unitsFact(report: Report | undefined): readonly Fact[] {
  if (report === undefined) return [];
  const { units, low, high } = report.grade;
  return [{ name: "Units", value: quantity(units, ""), hint: interval(low, high) }];
}

function depthFact(run: RunRow): Fact {
  const value = depthOf(run);
  if (value !== "run") return { name: "Depth", value };
  return { name: "Kind", value, hint: "a given load, no search and so no grade" };
}

/** The store keeps reasons as phrases; here one stands alone. */
function sentence(phrase: string): string {
  const text = phrase.charAt(0).toUpperCase() + phrase.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
