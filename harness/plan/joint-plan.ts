import type { SearchOptions } from "#grader/capacity/step.ts";
import type { AxisId } from "#grader/contracts/axis.ts";
import { plannedJoint } from "#grader/grade/joint-load.ts";
import { unitsOf } from "#grader/grade/reference-unit.ts";
import type { AxisPlan } from "./plan.ts";

/** All axes at once, after each alone; the load is a number of reference Units. */
export interface JointPlan {
  readonly axis: "joint";
  readonly axes: readonly AxisId[];
  readonly search: SearchOptions;
}

/** The joint run of the axes planned; undefined where there is but one, or none that sends. */
export function planJoint(axes: readonly AxisPlan[], maxUnits: number): JointPlan | undefined {
  const [first] = axes;
  if (first === undefined || axes.length < 2) return undefined;
  const { depth, harmCeilingSec } = first.search;
  const byAxis = axes.map(({ axis, search }) => unitsOf(axis, search.maxLoad));
  const planned = {
    depth,
    harmCeilingSec,
    maxLoad: Math.min(maxUnits, ...byAxis),
    coolMs: Math.max(...axes.map(({ search }) => search.coolMs)),
  };
  const windows = axes.map(({ axis, search }) => ({ axis, windowMs: search.windowMs }));
  return {
    axis: "joint",
    axes: axes.map(({ axis }) => axis),
    search: plannedJoint(planned, windows),
  };
}
