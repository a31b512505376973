import type { AxisId } from "../contracts/axis.ts";
import type { CostBasis, CostVector, UnitCost } from "../contracts/cost.ts";
import { DECLARED_SIGMA, PLATFORM_SIGMA, type RepoMean, repoMean } from "./repo.ts";
import { HEAVY_TAIL, isEnough, quantile, spreadOf } from "./spread.ts";
import { dominantOf, REFERENCE_COST, sharesOf, times, vectorOf } from "./vector.ts";

/** What is known of a Repo's Units, and how well. */
export interface RepoEvidence {
  readonly basis: CostBasis;
  readonly from: string;
  readonly unitsSeen: number;
  readonly hoursSeen: number;
  readonly cost: UnitCost;
  readonly means: Readonly<Record<AxisId, RepoMean>>;
  /** P95 ÷ mean of the Units on their dominant axis; null when not metered. */
  readonly tail: number | null;
  readonly assumed: readonly string[];
  readonly warnings: readonly string[];
}

const perAxis = (one: (axis: AxisId) => RepoMean): Readonly<Record<AxisId, RepoMean>> => ({
  link: one("link"),
  relay: one("relay"),
  store: one("store"),
  base: one("base"),
  api: one("api"),
});

/** A session is one session: nothing about it is estimated. */
const exactly = (mean: number): RepoMean => ({ mean, se2: 0, unitSpread: 0 });

/** What a profile says, with the error of somebody's word. */
export function declaredEvidence(
  cost: UnitCost,
  basis: "declared" | "fitted",
  from: string,
  assumed: readonly string[],
): RepoEvidence {
  return {
    basis,
    from,
    unitsSeen: 0,
    hoursSeen: 0,
    cost,
    // No Unit was seen: the declared value is all that the mean is drawn to.
    means: perAxis((axis) =>
      axis === "link"
        ? exactly(cost.mean.link)
        : repoMean([], { mean: cost.mean[axis], sigma: DECLARED_SIGMA }),
    ),
    tail: null,
    assumed,
    warnings: [],
  };
}

/** What was counted, drawn to the mean of the platform's Units as far as there are few. */
export function meteredEvidence(
  units: readonly UnitCost[],
  hours: number,
  platformMean: CostVector,
  assumed: readonly string[],
): RepoEvidence {
  const meanOf = (pick: (unit: UnitCost) => number) =>
    units.length === 0 ? 0 : units.reduce((sum, unit) => sum + pick(unit), 0) / units.length;
  const cost: UnitCost = {
    mean: vectorOf((axis) => meanOf(({ mean }) => mean[axis])),
    p95: vectorOf((axis) => meanOf(({ p95 }) => p95[axis])),
    bytesPerSec: meanOf(({ bytesPerSec }) => bytesPerSec),
    storedBytesPerSec: meanOf(({ storedBytesPerSec }) => storedBytesPerSec),
  };
  const loads = (axis: AxisId) => units.map(({ mean }) => mean[axis]);
  const tail = tailOf(units, cost.mean);
  return {
    basis: "metered",
    from: "minutes counted on the instance",
    unitsSeen: units.length,
    hoursSeen: hours,
    cost,
    means: perAxis((axis) =>
      axis === "link"
        ? exactly(cost.mean.link)
        : repoMean(loads(axis), { mean: platformMean[axis], sigma: PLATFORM_SIGMA }),
    ),
    tail,
    assumed,
    warnings: [...tooFew(units.length, hours), ...heavyTail(tail)],
  };
}

function tailOf(units: readonly UnitCost[], mean: CostVector): number | null {
  const axis = dominantOf(sharesOf({ ...mean, link: 0 }, REFERENCE_COST))?.axis;
  return axis === undefined ? null : spreadOf(units.map((unit) => unit.mean[axis])).tail;
}

const tooFew = (units: number, hours: number): string[] =>
  isEnough(units, hours)
    ? []
    : [
        `not enough data: ${units} ${units === 1 ? "Unit" : "Units"} in ${Math.round(hours)} h, where 3 in 24 h are needed`,
      ];

const heavyTail = (tail: number | null): string[] =>
  tail === null || tail <= HEAVY_TAIL
    ? []
    : ["a few Units carry most of the load: how many more fit may be too many, whatever the bound"];

/** The most that a Repo's mean is off by, up or down, on the axis where it counts most. */
export function errorFactor({ means, cost }: RepoEvidence): number {
  const axis = dominantOf(sharesOf({ ...cost.mean, link: 0 }, REFERENCE_COST))?.axis ?? "link";
  return Math.exp(1.645 * Math.sqrt(means[axis].se2));
}

/** Mean load of all Units of an instance: what is known of a Repo before any Unit of it. */
export function platformMeanOf(units: readonly UnitCost[]): CostVector {
  const sum = vectorOf((axis) => units.reduce((total, { mean }) => total + mean[axis], 0));
  return units.length === 0 ? sum : times(1 / units.length, sum);
}

/** The median Unit, 80th and 95th percentile, on one axis. */
export function percentilesOf(units: readonly UnitCost[], axis: AxisId) {
  const sorted = units.map(({ mean }) => mean[axis]).sort((a, b) => a - b);
  return {
    p50: quantile(sorted, 0.5),
    p80: quantile(sorted, 0.8),
    p95: quantile(sorted, 0.95),
  };
}
