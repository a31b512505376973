import { AXIS_IDS, type AxisId } from "../contracts/axis.ts";
import type { Colour, CostVector } from "../contracts/cost.ts";
import type { PriceForm } from "../contracts/price.ts";
import { type AxisShares, sharesOf } from "./vector.ts";

/** What a load is billed against: what the axes hold, and what is used of them in all. */
export interface Market {
  readonly rated: AxisShares;
  /** Everybody's use, this load's among it. */
  readonly use: CostVector;
}

/** Price of one unit of each axis for an hour (grading.md §5.5); infinite where an axis is full. */
export function axisPrices(
  form: Exclude<PriceForm, { kind: "percentile" }>,
  { rated, use }: Market,
): AxisShares {
  const shares = sharesOf(use, rated);
  const squares = AXIS_IDS.reduce((sum, axis) => sum + (shares[axis] ?? 0) ** 2, 0);
  return Object.fromEntries(
    AXIS_IDS.flatMap((axis): [AxisId, number][] => {
      const holds = rated[axis];
      const share = shares[axis];
      if (holds === undefined || share === undefined) return [];
      if (holds === 0) return [[axis, Infinity]];
      switch (form.kind) {
        case "scarcity": {
          const weight = squares === 0 ? 0 : share ** 2 / squares;
          return [[axis, (form.perHour * weight) / (form.fullAt * holds)]];
        }
        case "diverging":
          return [[axis, (form.perHour * divergence(share, form.freeBelow)) / holds]];
        default:
          return form satisfies never;
      }
    }),
  );
}

/** x² ÷ (1 − x) of what is used beyond the free part. */
function divergence(share: number, freeBelow: number): number {
  const x = Math.max(0, (share - freeBelow) / (1 - freeBelow));
  return x >= 1 ? Infinity : x ** 2 / (1 - x);
}

/** A bill for one hour; infinite where the form has no price for a full instance. */
export function billPerHour(
  form: PriceForm,
  market: Market,
  load: CostVector,
  colours: Readonly<Record<Colour, number>>,
): number {
  if (form.kind === "percentile") {
    const { green, yellow, red } = form.perHour;
    return green * colours.green + yellow * colours.yellow + red * colours.red;
  }
  const prices = axisPrices(form, market);
  return AXIS_IDS.reduce((sum, axis) => {
    const price = prices[axis];
    return price === undefined || load[axis] === 0 ? sum : sum + price * load[axis];
  }, 0);
}
