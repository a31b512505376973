import { LETTERS } from "#grader/contracts/report.ts";
import { LETTER_FLOORS_UNITS, radiusOf } from "#grader/contracts/scale.ts";
import { figure } from "#reports/render/format.ts";
import { extent } from "d3-array";
import { scaleLinear } from "d3-scale";
import { percentOf } from "./percent-of.ts";
import { PlotLines } from "./plot-lines.tsx";

export interface TrendPoint {
  readonly atMs: number;
  readonly units: number;
}

interface TrendProps {
  readonly label: string;
  /** The oldest first. */
  readonly points: readonly TrendPoint[];
}

/** Never drawn narrower than this share of the pentagon's radius: noise shall look like noise. */
const LEAST_ROOM = 0.12;

/** How the grade moved, on the pentagon's logarithmic scale, with the letters' floors it is near. */
export function Trend({ label, points }: TrendProps) {
  const [first, last] = extent(points, (point) => point.atMs);
  const [low, high] = extent(points, (point) => radiusOf(point.units));
  if (first === undefined || low === undefined || points.length < 2) {
    return <p className="muted">One more graded run and there is a trend.</p>;
  }
  const x = scaleLinear().domain([first, last]).range([0.02, 0.98]);
  const room = Math.max(0, LEAST_ROOM - (high - low)) / 2 + 0.02;
  const y = scaleLinear()
    .domain([low - room, high + room])
    .range([1, 0]);
  const placed = points.map(({ atMs, units }) => ({ units, x: x(atMs), y: y(radiusOf(units)) }));
  const floors = LETTERS.map((letter) => ({
    letter,
    at: y(radiusOf(LETTER_FLOORS_UNITS[letter])),
  })).filter(({ at }) => at > 0 && at < 1);
  return (
    <div className="trend">
      <svg role="img" aria-label={label} width="100%" height="112">
        {floors.map(({ letter, at }) => (
          <g key={letter} className="floor">
            <line x1="0" x2="100%" y1={percentOf(at)} y2={percentOf(at)} />
            <text x="0" y={percentOf(at)} dy="-4">
              {letter} from {figure(LETTER_FLOORS_UNITS[letter])}
            </text>
          </g>
        ))}
        <PlotLines lines={[{ className: "line-main", points: placed.map((p) => [p.x, p.y]) }]} />
        {placed.map((point, i) => (
          <circle
            key={point.x}
            className={i === placed.length - 1 ? "last" : undefined}
            cx={percentOf(point.x)}
            cy={percentOf(point.y)}
            r={i === placed.length - 1 ? 5 : 3.5}
          >
            <title>{`${figure(point.units)} Units`}</title>
          </circle>
        ))}
      </svg>
    </div>
  );
}
