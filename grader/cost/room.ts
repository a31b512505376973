import { AXIS_IDS, type AxisId } from "../contracts/axis.ts";
import type { AxisResult, AxisVerdict, Capacity } from "../contracts/capacity.ts";
import type { CostVector } from "../contracts/cost.ts";
import { type AxisShares, NO_COST, REFERENCE_COST, sharesOf, times } from "./vector.ts";

/** What an instance holds, as far as a grading tells. */
export interface Room {
  /** Rated load of each axis that has evidence, in the axis' unit. */
  readonly rated: AxisShares;
  /** What is taken already. */
  readonly used: CostVector;
  /** Shares of a load that held on all axes together; undefined without a joint run. */
  readonly joint: AxisShares | undefined;
}

/** The parts of a report that tell of room. */
export interface GradedAxes {
  readonly axes: readonly AxisResult[];
  /** All axes at once; its capacity is in reference Units. */
  readonly joint?:
    | { readonly verdict: AxisVerdict; readonly capacity: Capacity | null }
    | undefined;
}

export function roomOf({ axes, joint }: GradedAxes, used: CostVector = NO_COST): Room {
  const rated = Object.fromEntries(
    axes.flatMap((result): [AxisId, number][] => {
      const holds = heldBy(result);
      return holds === undefined ? [] : [[result.id, holds]];
    }),
  );
  const units = joint === undefined ? undefined : heldBy(joint);
  const together =
    units === undefined || units === 0 ? undefined : sharesOf(times(units, REFERENCE_COST), rated);
  return { rated, used, joint: together };
}

/** Axes of which nothing is known: what is asked of them cannot be judged. */
export const unknownAxes = ({ rated }: Room): readonly AxisId[] =>
  AXIS_IDS.filter((axis) => rated[axis] === undefined);

/** The load that counts: what passed the soak, else the interval's low end; zero where it failed. */
function heldBy({
  verdict,
  capacity,
}: {
  readonly verdict: AxisVerdict;
  readonly capacity: Capacity | null;
}): number | undefined {
  switch (verdict) {
    case "failed":
      return 0;
    case "inconclusive":
      return undefined;
    case "measured":
    case "censored":
      return capacity === null ? undefined : (capacity.rated ?? capacity.low);
    default:
      return verdict satisfies never;
  }
}
