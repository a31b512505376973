import { count, latency } from "#reports/render/format.ts";
import { extent, max } from "d3-array";
import { SecondsTable } from "../components/seconds-table.tsx";
import { LIVE_SPAN_MS, type LiveData, type LivePoint } from "../lib/live.ts";
import { alongTime, upFromZero, upLog } from "./ticks.ts";
import { TimeSeries } from "./time-series.tsx";
import { WaveTimeline } from "./wave-timeline.tsx";

interface LiveChartsProps {
  readonly data: LiveData;
  readonly deadlineMs: number | undefined;
}

/** Rate, latency and losses under the windows they belong to, all on one time axis. */
export function LiveCharts({ data, deadlineMs }: LiveChartsProps) {
  const { points, windows, nowMs, startedAtMs } = data;
  const fromMs = Math.max(startedAtMs, nowMs - LIVE_SPAN_MS);
  const x = alongTime(fromMs, Math.max(nowMs, fromMs + 60_000), startedAtMs);
  const atMs = points.map((point) => point.atMs);
  const marks = windows.map((window) => window.startedAtMs).filter((startMs) => startMs > fromMs);
  const last = points.at(-1);
  const shared = { atMs, x, marks };
  const tail = points.flatMap(({ latencyMs }) => (latencyMs === null ? [] : [latencyMs]));
  const [fastest = 1] = extent(tail, (quantiles) => quantiles.p50);
  const slowest = Math.max(max(tail, (quantiles) => quantiles.p99) ?? 1, deadlineMs ?? 0);
  return (
    <section aria-label="Charts of the last ten minutes" className="live-charts">
      <figure className="chart">
        <figcaption className="legend">
          <strong>Windows</strong> <span className="muted">height is load, against its axis</span>
          <ul>
            <li className="tone-good">✓ good</li>
            <li className="tone-bad">✕ bad</li>
            <li className="tone-warn">! invalid</li>
          </ul>
        </figcaption>
        <WaveTimeline windows={windows} x={x} fromMs={fromMs} />
      </figure>
      <TimeSeries
        {...shared}
        title="Rate"
        unit="per second"
        height={150}
        y={upFromZero(max(points, (point) => Math.max(point.intended, point.delivered)) ?? 0)}
        series={[
          series("intended", "line-intended", points, (p) => p.intended, count, last),
          series("delivered", "line-main", points, (p) => p.delivered, count, last),
        ]}
      />
      <TimeSeries
        {...shared}
        title="Latency"
        unit="from the intended send time, logarithmic"
        height={150}
        y={upLog(fastest, slowest, latency)}
        limit={
          deadlineMs === undefined
            ? undefined
            : { at: deadlineMs, label: `deadline ${latency(deadlineMs)}` }
        }
        series={[
          series("p50", "line-p50", points, (p) => p.latencyMs?.p50 ?? null, latency, last),
          series("p95", "line-p95", points, (p) => p.latencyMs?.p95 ?? null, latency, last),
          series("p99", "line-p99", points, (p) => p.latencyMs?.p99 ?? null, latency, last),
        ]}
      />
      <TimeSeries
        {...shared}
        title="Late, lost, failed"
        unit="per second"
        height={96}
        y={upFromZero(max(points, (p) => Math.max(p.late, p.lost, p.errors)) ?? 0)}
        series={[
          series("late", "line-late", points, (p) => p.late, count, last),
          series("lost", "line-lost", points, (p) => p.lost, count, last),
          series("errors", "line-errors", points, (p) => p.errors, count, last),
        ]}
      />
      <details>
        <summary>Last seconds as a table</summary>
        <SecondsTable points={points} startedAtMs={startedAtMs} />
      </details>
    </section>
  );
}

function series(
  name: string,
  className: string,
  points: readonly LivePoint[],
  pick: (point: LivePoint) => number | null,
  words: (value: number) => string,
  last: LivePoint | undefined,
) {
  const now = last === undefined ? null : pick(last);
  return { name, className, values: points.map(pick), now: now === null ? "–" : words(now) };
}
