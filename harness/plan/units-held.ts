import type { AxisResult } from "#grader/contracts/capacity.ts";
import { type AxisPlan, unitsCeiling } from "./plan.ts";

/** Units the target held connected, where it would not hold more; they come in pairs. */
export function heldUnits(results: readonly AxisResult[]): number | undefined {
  const link = results.find(({ id }) => id === "link");
  if (link?.verdict !== "measured" || link.capacity === null) return undefined;
  return Math.max(2, 2 * Math.floor(link.capacity.low / 2));
}

/** The plan of an axis with no more Units than the target holds: to ask for more breaks Link anew. */
export function withUnits(plan: AxisPlan, units: number | undefined): AxisPlan {
  const { scenario, search } = plan;
  if (units === undefined || scenario.axis === "link") return plan;
  const ceiling = unitsCeiling(scenario, { maxUnits: units, depth: search.depth });
  if (ceiling >= search.maxLoad) return plan;
  const atMost = (load: number) => Math.min(load, ceiling);
  return {
    ...plan,
    search: {
      ...search,
      startLoad: atMost(search.startLoad),
      floorLoad: atMost(search.floorLoad),
      maxLoad: ceiling,
      maxLoadReason: "axis",
    },
  };
}
