import { RAYS } from "#grader/contracts/axis.ts";
import type { AxisResult, JointResult } from "#grader/contracts/capacity.ts";
import { capacityText, figure, latency, load } from "#reports/render/format.ts";
import { extent, max } from "d3-array";
import { type CapacityPoint, throughMedians } from "../lib/capacity-points.ts";
import { percentOf } from "./percent-of.ts";
import { Plot } from "./plot.tsx";
import { PlotLines } from "./plot-lines.tsx";
import { alongFromZero, type PlotScale, upFromZero, upLog } from "./ticks.ts";

interface CapacityCurveProps {
  readonly result: AxisResult | JointResult;
  readonly points: readonly CapacityPoint[];
  /** A message later than this is bad; undefined when the run's objective is not known. */
  readonly deadlineMs: number | undefined;
}

/** Offered against delivered, and below it against p99, with the capacity and its interval. */
export function CapacityCurve({ result, points, deadlineMs }: CapacityCurveProps) {
  const largest = max(points, (point) => point.offered);
  if (largest === undefined) return <p className="muted">No window was driven on this axis.</p>;
  const { title, unit } = RAYS[result.id];
  const x = alongFromZero(largest);
  const highest = max(points, (point) => point.delivered) ?? 0;
  const delivered = upFromZero(highest);
  return (
    <>
      <p className="chart-title">Delivered, {unit}</p>
      <Plot
        label={`${title}: delivered against offered load. Capacity ${capacityText(result.capacity, result.id)}.`}
        height={168}
        xTicks={x.ticks}
        yTicks={delivered.ticks}
      >
        <CapacityBand result={result} x={x} />
        <PlotLines
          lines={[
            { className: "line-ideal", points: sameAsOffered(x, delivered, highest) },
            {
              className: "line-main",
              points: throughMedians(points, (point) => point.delivered).map(
                ([offered, value]) => [x.share(offered), delivered.share(value)] as const,
              ),
            },
          ]}
        />
        <Dots points={points} x={x} y={delivered} pick={(point) => point.delivered} />
      </Plot>
      <TailPlot result={result} points={points} deadlineMs={deadlineMs} x={x} />
      <p className="chart-x">offered, {unit}</p>
    </>
  );
}

/** p99 against offered; nothing where latencies of unlike work were not added up. */
function TailPlot({
  result,
  points,
  deadlineMs,
  x,
}: CapacityCurveProps & { readonly x: PlotScale }) {
  const tails = points.flatMap(({ p99Ms }) => (p99Ms === null ? [] : [p99Ms]));
  const [fastest, slowest] = extent(tails);
  if (fastest === undefined || slowest === undefined) return null;
  const { title } = RAYS[result.id];
  const tail = upLog(fastest, Math.max(slowest, deadlineMs ?? 0), latency);
  return (
    <>
      <p className="chart-title">p99 latency</p>
      <Plot
        label={`${title}: p99 latency against offered load.`}
        height={132}
        xTicks={x.ticks}
        yTicks={tail.ticks}
      >
        <CapacityBand result={result} x={x} />
        {deadlineMs === undefined ? null : (
          <g className="deadline">
            <line
              x1="0"
              x2="100%"
              y1={percentOf(tail.share(deadlineMs))}
              y2={percentOf(tail.share(deadlineMs))}
            />
            <text x="4" y={percentOf(tail.share(deadlineMs))} dy="-5">
              deadline {latency(deadlineMs)}
            </text>
          </g>
        )}
        <PlotLines
          lines={[
            {
              className: "line-main",
              points: throughMedians(points, (point) => point.p99Ms).map(
                ([offered, value]) => [x.share(offered), tail.share(value)] as const,
              ),
            },
          ]}
        />
        <Dots points={points} x={x} y={tail} pick={(point) => point.p99Ms} />
      </Plot>
    </>
  );
}

/** Where delivered equals offered, as far up as the plot shows. */
const sameAsOffered = (x: PlotScale, y: PlotScale, upTo: number) =>
  [0, upTo].map((rate) => [x.share(rate), y.share(rate)] as const);

function CapacityBand({
  result,
  x,
}: Pick<CapacityCurveProps, "result"> & { readonly x: PlotScale }) {
  if (result.capacity === null) return null;
  const { value, low, high } = result.capacity;
  const from = x.share(low);
  const to = high === null ? 1 : x.share(high);
  return (
    <g className="capacity">
      <title>{`capacity ${load(value, result.id)}`}</title>
      <rect x={percentOf(from)} y="0" width={percentOf(Math.max(0.003, to - from))} height="100%" />
      <line x1={percentOf(x.share(value))} x2={percentOf(x.share(value))} y1="0" y2="100%" />
    </g>
  );
}

interface DotsProps {
  readonly points: readonly CapacityPoint[];
  readonly x: PlotScale;
  readonly y: PlotScale;
  readonly pick: (point: CapacityPoint) => number | null;
}

/** Good is a disc, bad a cross, invalid a ring: shape tells what colour tells. */
function Dots({ points, x, y, pick }: DotsProps) {
  return points.map((point) => {
    const value = pick(point);
    if (value === null) return null;
    const words = `window ${point.index}: ${figure(point.offered)} offered, ${figure(point.delivered)} delivered, ${point.verdict}`;
    return (
      <svg
        key={point.index}
        className="dot"
        data-verdict={point.verdict}
        x={percentOf(x.share(point.offered))}
        y={percentOf(y.share(value))}
        overflow="visible"
      >
        <title>{words}</title>
        {point.verdict === "bad" ? (
          <path d="M-4 -4 4 4M-4 4 4 -4" />
        ) : (
          <circle r={point.verdict === "good" ? 3.5 : 4} />
        )}
      </svg>
    );
  });
}
