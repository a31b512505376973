import { AXES } from "#grader/contracts/axis.ts";
import type { Report } from "#grader/contracts/report.ts";
import { ABSENT, figure, interval } from "#reports/render/format.ts";
import Link from "next/link";
import { GradeLadder } from "../charts/grade-ladder.tsx";
import { ago } from "../lib/time-words.ts";
import { GradeTile } from "./grade-tile.tsx";
import { Icon } from "./icon.tsx";
import { Moment } from "./moment.tsx";

const SCOPES: Readonly<Record<Report["grade"]["scope"], string>> = {
  instance: "whole instance",
  partial: "partial",
  broker: "broker only",
};

/** The answer first: letter, Units with their interval, and what holds them down. */
export function GradeSummary({
  report,
  nowMs,
}: {
  readonly report: Report;
  readonly nowMs: number;
}) {
  const { grade, run, method } = report;
  const { name, url, version } = run.target;
  const limiting = report.axes.find((axis) => axis.id === grade.limitedBy);
  const jointly = grade.jointly === true ? report.joint : undefined;
  const holder = jointly ?? limiting;
  return (
    <div className="summary">
      <p className="eyebrow">
        {name ?? url}
        {version === null ? "" : ` ${version}`}
        {name === null ? null : <span className="muted"> {url}</span>}
      </p>
      <div className="summary-head">
        <GradeTile letter={grade.letter} />
        <div>
          <p className="summary-units">
            {grade.units === null ? ABSENT : figure(grade.units)} <span>Units</span>
          </p>
          <p className="muted">
            95 % interval {interval(grade.low, grade.high)} · {SCOPES[grade.scope]}
          </p>
        </div>
      </div>
      <GradeLadder grade={grade} />
      {grade.publishable ? null : (
        <p className="provisional">
          <Icon tone="warn" />
          <span>
            <strong>Provisional.</strong> A {SCOPES[grade.scope]} grade at depth “{run.depth}” is
            not to be published.
          </span>
        </p>
      )}
      {grade.caps.length === 0 ? null : (
        <ul className="caps" aria-label="Why the grade is not better">
          {grade.caps.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      {limiting === undefined || holder === undefined ? null : (
        <p className="limits">
          <strong>
            {AXES[limiting.id].title} limits
            {jointly === undefined ? "" : " when all axes are loaded at once"}
            {holder.limitedBy === null ? "" : ` (${holder.limitedBy})`}.
          </strong>{" "}
          {holder.reason}
        </p>
      )}
      <p className="muted small">
        <Link prefetch={false} href={`/runs/${encodeURIComponent(run.id)}`}>
          Evidence of this run
        </Link>{" "}
        · <Moment atMs={run.endedAtMs} /> ({ago(run.endedAtMs, nowMs)}) · {run.depth} · method v
        {method.version} · {method.referenceUnit}
      </p>
    </div>
  );
}
