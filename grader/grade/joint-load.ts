import { loadRange } from "../capacity/log-grid.ts";
import type { SearchOptions } from "../capacity/step.ts";
import { type AxisId, AXES } from "../contracts/axis.ts";
import type { AxisResult } from "../contracts/capacity.ts";
import { figure } from "../contracts/figure.ts";
import { axisUnits, weakest } from "./axis-units.ts";
import { REFERENCE_UNIT } from "./reference-unit.ts";

/** Load on an axis, in its own unit, that so many reference Units ask for. */
export const loadOf = (axis: AxisId, units: number): number => units * REFERENCE_UNIT.perUnit[axis];

/** Fewer Units than this send too little on the thin axes to be judged. */
export const JOINT_FLOOR_UNITS = 10;
/** The first wave, as a share of what the weakest axis holds alone. */
const START_SHARE = 0.25;

/** An axis of a joint run, and how long its windows are at a load of its own. */
export interface JointWindows {
  readonly axis: AxisId;
  readonly windowMs: (load: number) => number;
}

/** Length of a joint window: the longest that any of its rates needs. A stock has no say. */
export function jointWindowMs(units: number, axes: readonly JointWindows[]): number {
  const rates = axes.filter(({ axis }) => axis !== "link");
  return Math.max(...rates.map(({ axis, windowMs }) => windowMs(loadOf(axis, units))));
}

export type JointStart =
  | { readonly search: SearchOptions }
  /** Why there is nothing to measure. */
  | { readonly missing: string };

/**
 * The search of the joint run, once the axes have their answers. It never passes what the weakest
 * axis holds alone: more could not raise the grade, and Link has already held as many sessions.
 */
export function jointSearch(planned: SearchOptions, results: readonly AxisResult[]): JointStart {
  const found = results.map(axisUnits).filter((one) => one !== undefined);
  const open = results.find((result) => axisUnits(result) === undefined);
  if (open !== undefined) return { missing: `${AXES[open.id].title} has no answer of its own` };
  const least = weakest(found);
  if (least === undefined) return { missing: "no axis has an answer of its own" };
  if (least.units < planned.floorLoad) {
    const held = `${AXES[least.axis].title} holds fewer than ${figure(planned.floorLoad)} Units alone`;
    return { missing: held };
  }
  const byAxis = least.units <= planned.maxLoad;
  const range = loadRange(planned.floorLoad, Math.min(least.units, planned.maxLoad));
  return {
    search: {
      ...planned,
      maxLoad: range.max,
      maxLoadReason: byAxis ? "axis" : planned.maxLoadReason,
      startLoad: range.snap(range.max * START_SHARE),
    },
  };
}

/** Most Units before anything is measured, and where the waves would begin then. */
export function plannedJoint(
  planned: Pick<SearchOptions, "depth" | "maxLoad" | "harmCeilingSec" | "coolMs">,
  axes: readonly JointWindows[],
): SearchOptions {
  const range = loadRange(Math.min(JOINT_FLOOR_UNITS, planned.maxLoad), planned.maxLoad);
  return {
    ...planned,
    maxLoad: range.max,
    maxLoadReason: "plan",
    floorLoad: range.floor,
    startLoad: range.snap(range.max * START_SHARE),
    windowMs: (units) => jointWindowMs(units, axes),
  };
}
