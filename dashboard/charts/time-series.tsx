import { percentOf } from "./percent-of.ts";
import { Plot, type Tick } from "./plot.tsx";
import { type PlotLine, PlotLines } from "./plot-lines.tsx";
import type { PlotScale } from "./ticks.ts";

export interface Series {
  readonly name: string;
  /** Class of the line: its colour and its dashes. */
  readonly className: string;
  /** Null where there is nothing to show: the line has a gap. */
  readonly values: readonly (number | null)[];
  /** The newest value, in words, for the legend. */
  readonly now: string;
}

interface TimeSeriesProps {
  readonly title: string;
  readonly unit: string;
  readonly atMs: readonly number[];
  readonly series: readonly Series[];
  readonly x: PlotScale;
  readonly y: PlotScale;
  /** A value not to be passed, with its words. */
  readonly limit?: { readonly at: number; readonly label: string } | undefined;
  /** Moments marked by a line through the plot. */
  readonly marks: readonly number[];
  readonly height: number;
}

/** Lines over time; several of these under each other share one time axis. */
export function TimeSeries(props: TimeSeriesProps) {
  const { title, unit, series, x, y, marks, limit, height } = props;
  return (
    <figure className="chart">
      <figcaption className="legend">
        <strong>{title}</strong> <span className="muted">{unit}</span>
        <ul>
          {series.map(({ name, className, now }) => (
            <li key={name}>
              <svg width="22" height="8" aria-hidden="true">
                <line className={`line ${className}`} x1="1" x2="21" y1="4" y2="4" />
              </svg>
              {name} <b>{now}</b>
            </li>
          ))}
        </ul>
      </figcaption>
      <Plot
        label={`${title} over time, ${unit}. Newest: ${series.map((s) => `${s.name} ${s.now}`).join(", ")}.`}
        height={height}
        xTicks={x.ticks}
        yTicks={thinned(y.ticks)}
      >
        <g className="marks" aria-hidden="true">
          {marks.map((atMs) => (
            <line
              key={atMs}
              x1={percentOf(x.share(atMs))}
              x2={percentOf(x.share(atMs))}
              y1="0"
              y2="100%"
            />
          ))}
        </g>
        {limit === undefined ? null : (
          <g className="deadline">
            <line
              x1="0"
              x2="100%"
              y1={percentOf(y.share(limit.at))}
              y2={percentOf(y.share(limit.at))}
            />
            <text x="4" y={percentOf(y.share(limit.at))} dy="-5">
              {limit.label}
            </text>
          </g>
        )}
        <PlotLines lines={series.map((one) => lineOf(one, props))} />
      </Plot>
    </figure>
  );
}

function lineOf({ className, values }: Series, { atMs, x, y }: TimeSeriesProps): PlotLine {
  return {
    className,
    points: values.map((value, i) => {
      const at = atMs[i];
      return value === null || at === undefined ? null : ([x.share(at), y.share(value)] as const);
    }),
  };
}

/** A low plot has room for few labels. */
function thinned(ticks: readonly Tick[]): readonly Tick[] {
  return ticks.length <= 5 ? ticks : ticks.filter((_, i) => i % 2 === 0);
}
