import type { GradeRow } from "#harness/store/rows.ts";
import Link from "next/link";
import { Pentagon } from "../charts/pentagon.tsx";
import { Trend } from "../charts/trend.tsx";
import { AxesTable } from "../components/axes-table.tsx";
import { GradeSummary } from "../components/grade-summary.tsx";
import { LiveBanner } from "../components/live-banner.tsx";
import { PentagonKey } from "../components/pentagon-key.tsx";
import { RunsStrip } from "../components/runs-strip.tsx";
import { Section } from "../components/section.tsx";
import { TrendTable } from "../components/trend-table.tsx";
import type { Home } from "../lib/read-home.ts";

interface GradedHomeProps {
  readonly home: Home;
  readonly newest: GradeRow;
  readonly previous: GradeRow | undefined;
  readonly nowMs: number;
}

/** The newest grade: what it is, why, what to do, and where it came from. */
export function GradedHome({ home, newest, previous, nowMs }: GradedHomeProps) {
  const { report } = newest;
  const shown = report.run.target.url;
  return (
    <main id="main" className="page">
      <h1 className="sr-only">Capacity grade of {report.run.target.name ?? shown}</h1>
      {home.running === undefined ? null : <LiveBanner run={home.running} nowMs={nowMs} />}
      {home.targets.length < 2 ? null : <Targets targets={home.targets} shown={shown} />}
      <div className="hero">
        <GradeSummary report={report} nowMs={nowMs} />
        <figure className="hero-figure">
          <Pentagon report={report} previous={previous?.report} />
          <PentagonKey previous={previous} nowMs={nowMs} />
        </figure>
      </div>
      {report.advice.length === 0 ? null : (
        <Section id="next" title="What to do next">
          <ol className="steps">
            {report.advice.map((line) => (
              <li key={line}>{withCode(line)}</li>
            ))}
          </ol>
        </Section>
      )}
      <Section id="axes" title="Five axes" lead="The pentagon in figures.">
        <AxesTable report={report} />
      </Section>
      <div className="two">
        <Section id="trend" title="Trend" lead="Units over the last graded runs, logarithmic.">
          <Trend
            label="Units over time; the table below has the figures"
            points={home.grades
              .toReversed()
              .flatMap(({ atMs, report: { grade } }) =>
                grade.units === null ? [] : [{ atMs, units: grade.units }],
              )}
          />
          <TrendTable grades={home.grades} />
        </Section>
        <Section
          id="runs"
          title="Last runs"
          lead={
            <>
              Newest first.{" "}
              <Link prefetch={false} href="/runs">
                All runs
              </Link>
            </>
          }
        >
          <RunsStrip runs={home.runs} grades={home.grades} nowMs={nowMs} />
        </Section>
      </div>
    </main>
  );
}

interface TargetsProps {
  readonly targets: readonly string[];
  readonly shown: string;
}

function Targets({ targets, shown }: TargetsProps) {
  return (
    <nav className="targets" aria-label="Target">
      {targets.map((url) => (
        <Link
          prefetch={false}
          key={url}
          href={`/?target=${encodeURIComponent(url)}`}
          aria-current={url === shown ? "page" : undefined}
        >
          {url}
        </Link>
      ))}
    </nav>
  );
}

/** Advice marks commands as Markdown does. */
function withCode(line: string) {
  return line.split("`").map((part, i) => (i % 2 === 0 ? part : <code key={part}>{part}</code>));
}
