import { AXIS_IDS, type AxisId } from "../contracts/axis.ts";
import type { CostVector } from "../contracts/cost.ts";
import { REFERENCE_UNIT } from "../grade/reference-unit.ts";

/** EMQX asks the backend for each topic of a session, and again when its cache has aged. */
export const RENEWAL_SEC = 600;

/** Topics the reference Unit keeps authorised: one subscription, state, log and two outputs. */
const REFERENCE_TOPICS = 5;

/**
 * What one reference Unit asks of an instance as the cost model counts: the frozen RU-1, and on the
 * API axis also the renewals of its authorisations (grading.md §4.1), which no session goes without.
 */
export const REFERENCE_COST: CostVector = {
  ...REFERENCE_UNIT.perUnit,
  api: REFERENCE_UNIT.perUnit.api + REFERENCE_TOPICS / RENEWAL_SEC,
};

export const NO_COST: CostVector = { link: 0, relay: 0, store: 0, base: 0, api: 0 };

/** A vector made an axis at a time. */
export const vectorOf = (one: (axis: AxisId) => number): CostVector => ({
  link: one("link"),
  relay: one("relay"),
  store: one("store"),
  base: one("base"),
  api: one("api"),
});

export const plus = (a: CostVector, b: CostVector): CostVector =>
  vectorOf((axis) => a[axis] + b[axis]);

export const times = (factor: number, a: CostVector): CostVector =>
  vectorOf((axis) => factor * a[axis]);

/** Share of what each axis holds; only axes that were measured. An axis that holds nothing: 0 or ∞. */
export type AxisShares = Readonly<Partial<Record<AxisId, number>>>;

export function sharesOf(cost: CostVector, rated: AxisShares): AxisShares {
  return Object.fromEntries(
    AXIS_IDS.flatMap((axis) => {
      const holds = rated[axis];
      if (holds === undefined) return [];
      return [[axis, cost[axis] === 0 ? 0 : cost[axis] / holds]];
    }),
  );
}

/** The sum over axes: dimensionless, adds up over Units; what price and colour go by. */
export const loadShare = (cost: CostVector, rated: AxisShares): number =>
  AXIS_IDS.reduce((sum, axis) => sum + (sharesOf(cost, rated)[axis] ?? 0), 0);

export interface Dominant {
  readonly axis: AxisId;
  readonly share: number;
}

/** The axis of which most is taken (dominant resource), the earlier of equals. */
export function dominantOf(shares: AxisShares): Dominant | undefined {
  return AXIS_IDS.reduce<Dominant | undefined>((most, axis) => {
    const share = shares[axis];
    if (share === undefined || (most !== undefined && share <= most.share)) return most;
    return { axis, share };
  }, undefined);
}

/** How many reference Units a cost counts as, and because of which axis. */
export function referenceUnits(cost: CostVector): { axis: AxisId; units: number } {
  const { axis, share } = dominantOf(sharesOf(cost, REFERENCE_COST)) ?? { axis: "link", share: 0 };
  return { axis, units: share };
}
