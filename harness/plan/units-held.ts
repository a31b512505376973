import type { Trial } from "#grader/contracts/trial.ts";
import { type AxisPlan, unitsCeiling } from "./plan.ts";

/** A checkpoint that loses more of its Units than this was refused them, not unlucky. */
const REFUSED_SHARE = 0.01;

const isRefused = ({ lost, errors, planned }: Trial) => lost + errors > REFUSED_SHARE * planned;

/**
 * Units the target kept connected at its best, where it refused or dropped others; undefined where it
 * took all. Units that only answered too slowly are connected: how fast is Link's affair.
 */
export function heldUnits(checkpoints: readonly Trial[]): number | undefined {
  const units = checkpoints.filter(({ axis, phase }) => axis === "link" && phase !== "drain");
  if (!units.some(isRefused)) return undefined;
  const most = Math.max(...units.map((trial) => trial.good + trial.late + trial.pending));
  return Math.max(2, 2 * Math.floor(most / 2));
}

/** The plan of an axis with no more Units than the target holds: to ask for more breaks Link anew. */
export function withUnits(plan: AxisPlan, units: number | undefined): AxisPlan {
  const { scenario, search } = plan;
  if (units === undefined || scenario.axis === "link") return plan;
  const ceiling = unitsCeiling(scenario, { maxUnits: units, depth: search.depth });
  if (ceiling >= search.maxLoad) return { ...plan, units };
  const atMost = (load: number) => Math.min(load, ceiling);
  return {
    ...plan,
    units,
    search: {
      ...search,
      startLoad: atMost(search.startLoad),
      floorLoad: atMost(search.floorLoad),
      maxLoad: ceiling,
      maxLoadReason: "axis",
    },
  };
}
