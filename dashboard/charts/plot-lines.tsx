import { line } from "d3-shape";

/** A point as shares of the plot, or a gap. */
export type PlotPoint = readonly [x: number, y: number] | null;

export interface PlotLine {
  readonly className: string;
  readonly points: readonly PlotPoint[];
}

const SIDE = 1000;
const path = line<PlotPoint>(
  (point) => (point?.[0] ?? 0) * SIDE,
  (point) => (point?.[1] ?? 0) * SIDE,
)
  .defined((point) => point !== null)
  .digits(1);

/** Lines over a whole plot; they stretch with it while their strokes do not. */
export function PlotLines({ lines }: { readonly lines: readonly PlotLine[] }) {
  return (
    <svg
      width="100%"
      height="100%"
      viewBox={`0 0 ${SIDE} ${SIDE}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {lines.map(({ className, points }) => (
        <path
          key={className}
          className={`line ${className}`}
          d={path(points) ?? ""}
          vectorEffect="non-scaling-stroke"
        />
      ))}
    </svg>
  );
}
