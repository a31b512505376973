import type { ReactNode } from "react";
import { percentOf } from "./percent-of.ts";

/** A tick at a share (0…1) of the plot's width or height, counted from the left or the top. */
export interface Tick {
  readonly at: number;
  readonly label: string;
}

interface PlotProps {
  /** What a reader who does not see it is told. */
  readonly label: string;
  readonly height: number;
  readonly xTicks: readonly Tick[];
  readonly yTicks: readonly Tick[];
  readonly children: ReactNode;
}

/**
 * Frame of a chart. Positions are shares of the plot, so it fits any width without scripts; the
 * margins that hold the tick labels are the stylesheet's.
 */
export function Plot({ label, height, xTicks, yTicks, children }: PlotProps) {
  return (
    <div className="plot">
      <svg role="img" aria-label={label} width="100%" height={height}>
        <g className="grid" aria-hidden="true">
          {yTicks.map(({ at, label: text }) => (
            <g key={text}>
              <line x1="0" x2="100%" y1={percentOf(at)} y2={percentOf(at)} />
              <text x="-8" y={percentOf(at)} dy="0.32em" textAnchor="end">
                {text}
              </text>
            </g>
          ))}
          {xTicks.map(({ at, label: text }) => (
            <text key={text} x={percentOf(at)} y="100%" dy="18" textAnchor={anchorAt(at)}>
              {text}
            </text>
          ))}
        </g>
        {children}
      </svg>
    </div>
  );
}

/** Ticks at the very ends stay inside the plot. */
function anchorAt(at: number): "start" | "middle" | "end" {
  if (at < 0.04) return "start";
  return at > 0.96 ? "end" : "middle";
}
