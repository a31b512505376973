import { RAYS } from "#grader/contracts/axis.ts";
import type { WindowVerdict } from "#grader/contracts/trial.ts";
import { load } from "#reports/render/format.ts";
import { max } from "d3-array";
import type { LiveWindow } from "../lib/live.ts";
import { percentOf } from "./percent-of.ts";
import { Plot } from "./plot.tsx";
import { type PlotScale, upFromZero } from "./ticks.ts";

const SIGNS: Readonly<Record<WindowVerdict, string>> = { good: "✓", bad: "✕", invalid: "!" };

interface WaveTimelineProps {
  readonly windows: readonly LiveWindow[];
  readonly x: PlotScale;
  readonly fromMs: number;
}

/** Each closed window as a bar: its height the load against the highest of its axis. */
export function WaveTimeline({ windows, x, fromMs }: WaveTimelineProps) {
  const shown = windows.filter((window) => window.startedAtMs + window.measuredMs > fromMs);
  const heights = upFromZero(1);
  return (
    <Plot
      label={`${shown.length} windows: ${shown.map((w) => `${RAYS[w.axis].title} ${load(w.load, w.axis)} ${w.verdict}`).join("; ")}`}
      height={84}
      xTicks={x.ticks}
      yTicks={[]}
    >
      {shown.map((window) => {
        const { index, axis, verdict, startedAtMs, measuredMs, reason } = window;
        const highest = max(windows, (other) => (other.axis === axis ? other.load : 0)) ?? 1;
        const top = 0.2 + heights.share(window.load / highest) * 0.72;
        const left = x.share(startedAtMs);
        const width = Math.max(0.003, x.share(startedAtMs + measuredMs) - left - 0.001);
        return (
          <g key={index} className="window" data-verdict={verdict}>
            <title>{`window ${index}, ${load(window.load, axis)}: ${verdict}, ${reason}`}</title>
            <rect
              x={percentOf(left)}
              y={percentOf(top)}
              width={percentOf(width)}
              height={percentOf(1 - top)}
            />
            <text x={percentOf(left + width / 2)} y={percentOf(top)} dy="-4" textAnchor="middle">
              {SIGNS[verdict]}
            </text>
          </g>
        );
      })}
    </Plot>
  );
}
