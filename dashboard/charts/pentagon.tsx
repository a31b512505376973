import { AXES, type AxisId } from "#grader/contracts/axis.ts";
import type { AxisResult } from "#grader/contracts/capacity.ts";
import type { PentagonCorner, Report } from "#grader/contracts/report.ts";
import { RADIUS_UNITS } from "#grader/contracts/scale.ts";
import { ABSENT, capacityText, interval, quantity } from "#reports/render/format.ts";
import {
  capacityOutline,
  closedPath,
  gradeRings,
  intervalBand,
  pointOn,
  ringAt,
  round,
  shareOf,
} from "#reports/render/pentagon-geometry.ts";

const FRAME = { cx: 270, cy: 226, radius: 168 };
const VIEW_BOX = "0 16 540 396";

/** Where an axis' label stands against its corner. */
const LABEL: Readonly<
  Record<AxisId, { anchor: "start" | "middle" | "end"; dx: number; dy: number }>
> = {
  link: { anchor: "middle", dx: 0, dy: -22 },
  relay: { anchor: "start", dx: 4, dy: -6 },
  store: { anchor: "middle", dx: 18, dy: 20 },
  base: { anchor: "middle", dx: -18, dy: 20 },
  api: { anchor: "end", dx: -4, dy: -6 },
};

interface PentagonProps {
  readonly report: Report;
  /** An earlier grade of the same target, as a dashed outline. */
  readonly previous: Report | undefined;
}

/** Capacity on the five axes in reference Units, logarithmic, with the letters' floors as rings. */
export function Pentagon({ report, previous }: PentagonProps) {
  const { pentagon, axes, grade } = report;
  return (
    <svg className="pentagon" viewBox={VIEW_BOX} role="img" aria-label={spoken(report)}>
      <path className="rim" d={closedPath(ringAt(1, FRAME))} />
      {gradeRings(FRAME).map(({ letter, points, share }) => (
        <g key={letter} className="ring" data-reached={letter === grade.letter || undefined}>
          <path d={closedPath(points)} />
          <text {...at(pointOn("link", share, FRAME))} dx="6" dy="-3">
            {letter}
          </text>
        </g>
      ))}
      {pentagon.map(({ axis }) => (
        <Spoke key={axis} axis={axis} />
      ))}
      <path className="band" fillRule="evenodd" d={intervalBand(pentagon, FRAME)} />
      {previous === undefined ? null : (
        <path className="previous" d={closedPath(capacityOutline(previous.pentagon, FRAME))} />
      )}
      <path className="outline" d={closedPath(capacityOutline(pentagon, FRAME))} />
      {pentagon.map((corner) => (
        <Corner
          key={corner.axis}
          corner={corner}
          result={axes.find((axis) => axis.id === corner.axis)}
          limits={grade.limitedBy === corner.axis}
        />
      ))}
    </svg>
  );
}

function Spoke({ axis }: { readonly axis: AxisId }) {
  const end = pointOn(axis, 1, FRAME);
  return <line className="spoke" x1={FRAME.cx} y1={FRAME.cy} x2={round(end.x)} y2={round(end.y)} />;
}

interface CornerProps {
  readonly corner: PentagonCorner;
  readonly result: AxisResult | undefined;
  readonly limits: boolean;
}

function Corner({ corner, result, limits }: CornerProps) {
  const { axis, units } = corner;
  const { anchor, dx, dy } = LABEL[axis];
  const label = at(pointOn(axis, 1, FRAME));
  const dot = pointOn(axis, shareOf(corner, "radius"), FRAME);
  return (
    <g className="corner" data-limits={limits || undefined}>
      <title>{`${AXES[axis].title}: ${result?.reason ?? "not measured"}`}</title>
      {units === null ? null : (
        <circle
          cx={round(dot.x)}
          cy={round(dot.y)}
          r={limits ? 6 : 4.5}
          data-policy={corner.policyLimited || undefined}
        />
      )}
      <text {...label} dx={dx} dy={dy} textAnchor={anchor}>
        <tspan className="axis-name">
          {AXES[axis].title}
          {limits ? " · limits" : ""}
        </tspan>
        <tspan x={label.x} dx={dx} dy="17" className="axis-figure">
          {capacityText(result?.capacity ?? null, axis)}
        </tspan>
      </text>
    </g>
  );
}

const at = ({ x, y }: { readonly x: number; readonly y: number }) => ({ x: round(x), y: round(y) });

function spoken({ pentagon }: Report): string {
  const corners = pentagon.map(({ axis, units, low, high }) => {
    const value = units === null ? ABSENT : quantity(units, "Units");
    return `${AXES[axis].title} ${value}, ${interval(low, high)}`;
  });
  return (
    `Capacity in reference Units from ${RADIUS_UNITS.centre} at the centre to ` +
    `${RADIUS_UNITS.rim} at the rim, logarithmic: ${corners.join("; ")}. The table has the figures.`
  );
}
