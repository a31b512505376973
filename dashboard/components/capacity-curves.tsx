import { RAY_IDS, RAYS } from "#grader/contracts/axis.ts";
import type { Objective } from "#grader/contracts/objective.ts";
import type { Report, ReportWave } from "#grader/contracts/report.ts";
import { capacityText, interval } from "#reports/render/format.ts";
import { CapacityCurve } from "../charts/capacity-curve.tsx";
import { capacityPoints } from "../lib/capacity-points.ts";

interface CapacityCurvesProps {
  readonly report: Report;
  readonly windows: readonly ReportWave[];
  readonly objectives: readonly Objective[];
}

/** One card an axis; the windows table below is their twin. */
export function CapacityCurves({ report, windows, objectives }: CapacityCurvesProps) {
  const measured = RAY_IDS.flatMap((axis) => {
    const result = axis === "joint" ? report.joint : report.axes.find((one) => one.id === axis);
    const points = capacityPoints(windows, axis);
    return result === undefined || points.length === 0 ? [] : [{ axis, result, points }];
  });
  return (
    <div className="cards">
      {measured.map(({ axis, result, points }) => (
        <figure className="card" key={axis}>
          <figcaption>
            <h3>{RAYS[axis].title}</h3>
            <p>
              <strong>{capacityText(result.capacity, axis)}</strong>
              {result.capacity === null ? null : (
                <span className="muted">
                  {" "}
                  {interval(result.capacity.low, result.capacity.high)}
                </span>
              )}
            </p>
          </figcaption>
          <CapacityCurve
            result={result}
            points={points}
            deadlineMs={objectives.find((objective) => objective.axis === axis)?.deadlineMs}
          />
        </figure>
      ))}
      <ul className="card key" aria-label="Key">
        <li className="key-good">● a good window</li>
        <li className="tone-bad">✕ a bad window</li>
        <li className="tone-warn">○ an invalid one: the generator's fault, not counted</li>
        <li>
          <svg width="22" height="10" aria-hidden="true">
            <rect className="key-band" width="22" height="10" rx="2" />
          </svg>
          capacity with its 95 % interval
        </li>
        <li>
          <svg width="22" height="10" aria-hidden="true">
            <line className="key-previous" x1="1" x2="21" y1="5" y2="5" />
          </svg>
          delivered = offered
        </li>
        <li className="muted">
          Figures: <a href="#windows">windows</a>
        </li>
      </ul>
    </div>
  );
}
