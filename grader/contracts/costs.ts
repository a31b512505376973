import { z } from "zod";
import { AxisId } from "./axis.ts";
import { Colour, CostBasis, UnitCost } from "./cost.ts";

export const COSTS_SCHEMA = "loadstone/costs/1";

const load = z.number().nonnegative();

/** Load of the Repo's Units on its dominant axis, in the axis' unit. */
export const RepoSpread = z
  .strictObject({ mean: load, p50: load, p80: load, p95: load })
  .readonly();

export const RepoCosts = z
  .strictObject({
    repo: z.string(),
    basis: CostBasis,
    units: z.int().nonnegative().meta({ description: "Units metered; 0 when declared." }),
    cost: UnitCost.meta({ description: "Of one Unit, mean over the Units." }),
    dominant: AxisId.meta({ description: "The axis of which it takes most." }),
    spread: RepoSpread.nullable().meta({ description: "Null when not metered." }),
    errorFactor: z
      .number()
      .min(1)
      .meta({ description: "The mean lies within this factor, up or down, with 90 %." }),
    referenceUnits: load.meta({ description: "One Unit counts as so many reference Units." }),
    partOfAll: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .meta({ description: "Part of the load of all metered Units; null when declared." }),
    colour: Colour,
    storedBytesPerDay: load.meta({ description: "Of all its Units; of one when declared." }),
    warnings: z.array(z.string()).readonly(),
  })
  .readonly();
export type RepoCosts = z.infer<typeof RepoCosts>;

/** A Unit that takes far more than others. */
export const HotUnit = z
  .strictObject({
    unit: z.string(),
    repo: z.string(),
    referenceUnits: load,
    dominant: AxisId,
    colour: Colour,
  })
  .readonly();
export type HotUnit = z.infer<typeof HotUnit>;

export const Costs = z
  .strictObject({
    schema: z.literal(COSTS_SCHEMA),
    target: z.string().nullable().meta({ description: "URL; null when nothing was asked of." }),
    days: load.meta({ description: "Days looked back." }),
    hours: load.meta({ description: "Hours metered among them." }),
    units: z.int().nonnegative().meta({ description: "Units metered." }),
    repos: z.array(RepoCosts).readonly().meta({ description: "The dearest first." }),
    hot: z.array(HotUnit).readonly().meta({ description: "The most loading Units, most first." }),
  })
  .readonly()
  .meta({ title: "Loadstone costs" });
export type Costs = z.infer<typeof Costs>;
