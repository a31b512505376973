import type { AxisId } from "#grader/contracts/axis.ts";
import type { GeneratorCeiling } from "../engine/null-sink-ceiling.ts";
import { planJoint } from "./joint-plan.ts";
import type { AxisPlan, Plan } from "./plan.ts";

export type Ceilings = Readonly<Partial<Record<AxisId, GeneratorCeiling>>>;

/**
 * The plan with nothing in it that this generator cannot offer cleanly. A ceiling in doubt limits
 * nothing: it may be far too low, and what the waves cost will tell.
 */
export function withinReach(plan: Plan, ceilings: Ceilings): Plan {
  const axes = plan.axes.map((axis) => limited(axis, ceilings[axis.axis]));
  if (axes.every((axis, at) => axis === plan.axes[at])) return plan;
  const joint = plan.joint === undefined ? undefined : planJoint(axes, plan.maxUnits);
  return joint === undefined ? { ...plan, axes } : { ...plan, axes, joint };
}

function limited(axis: AxisPlan, found: GeneratorCeiling | undefined): AxisPlan {
  if (found === undefined || found.doubt !== undefined) return axis;
  const { search } = axis;
  if (found.ceiling >= search.maxLoad) return axis;
  const maxLoad = Math.max(search.floorLoad, found.ceiling);
  const startLoad = Math.min(search.startLoad, maxLoad);
  return { ...axis, search: { ...search, startLoad, maxLoad, maxLoadReason: "generator" } };
}
