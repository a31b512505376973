import { z } from "zod";
import { AxisId } from "./axis.ts";
import { Colour, CostBasis, CostVector, UnitCost } from "./cost.ts";
import { Letter, TargetKind } from "./report.ts";

export const ESTIMATE_SCHEMA = "loadstone/estimate/1";

const share = z.number().nonnegative().nullable();

/** How many more fit, and the axis that would be fullest then. */
export const More = z
  .strictObject({
    safe: z.int().nonnegative().meta({ description: "So many fit for sure, as far as is known." }),
    likely: z.int().nonnegative().meta({ description: "So many fit if all is as on average." }),
    atLeast: z.boolean().meta({ description: "The counting ended before the room did." }),
    limitedBy: AxisId.nullable().meta({ description: "The axis that is fullest then." }),
  })
  .readonly();
export type More = z.infer<typeof More>;

export const EstimatedRepo = z
  .strictObject({
    repo: z.string(),
    units: z.int().nonnegative().meta({ description: "Units asked for." }),
    basis: CostBasis.meta({
      description: "declared: written by somebody; fitted: from a recording; metered: counted.",
    }),
    from: z.string().meta({ description: "Where the cost comes from, for people." }),
    unitsSeen: z.int().nonnegative().meta({ description: "Units metered." }),
    hoursSeen: z.number().nonnegative().meta({ description: "Hours metered." }),
    cost: UnitCost.meta({ description: "Of one Unit." }),
    errorFactor: z
      .number()
      .min(1)
      .meta({ description: "The mean lies within this factor, up or down, with 90 %." }),
    tail: z
      .number()
      .nonnegative()
      .nullable()
      .meta({ description: "P95 of the Units ÷ mean; null when not metered." }),
    referenceUnits: z
      .number()
      .nonnegative()
      .meta({ description: "One Unit counts as so many reference Units." }),
    dominant: AxisId.meta({ description: "The axis because of which it counts so." }),
    loadShare: share.meta({ description: "Of the target, of one Unit, all axes added." }),
    colour: Colour,
    more: More.nullable().meta({ description: "Besides those asked for; null without a target." }),
    assumed: z.array(z.string()).readonly(),
    warnings: z.array(z.string()).readonly(),
  })
  .readonly();
export type EstimatedRepo = z.infer<typeof EstimatedRepo>;

export const EstimatedAxis = z
  .strictObject({
    axis: AxisId,
    asked: z.number().nonnegative().meta({ description: "Mean load of all Units asked for." }),
    askedHigh: z.number().nonnegative().meta({ description: "They stay below it with 95 %." }),
    used: z.number().nonnegative().meta({ description: "Load there is already." }),
    rated: z.number().nonnegative().nullable().meta({ description: "Null when not measured." }),
    share: share.meta({ description: "Used and asked ÷ rated." }),
  })
  .readonly();
export type EstimatedAxis = z.infer<typeof EstimatedAxis>;

/** What was graded; null when the estimate stands alone. */
export const EstimateTarget = z
  .strictObject({
    runId: z.string(),
    kind: TargetKind,
    url: z.string(),
    name: z.string().nullable(),
    letter: Letter.nullable(),
    depth: z.string(),
    measuredAtMs: z.number().nonnegative(),
    jointRun: z.boolean().meta({ description: "All axes were loaded at once." }),
    useMetered: z.boolean().meta({ description: "False: taken to be empty." }),
  })
  .readonly();
export type EstimateTarget = z.infer<typeof EstimateTarget>;

export const Fill = z
  .strictObject({
    safe: z.number().nonnegative().nullable().meta({ description: "1 is full; null beyond." }),
    likely: z.number().nonnegative().nullable().meta({ description: "1 is full; null beyond." }),
  })
  .readonly();

export const Estimate = z
  .strictObject({
    schema: z.literal(ESTIMATE_SCHEMA),
    target: EstimateTarget.nullable(),
    axes: z.array(EstimatedAxis).length(5).readonly(),
    firstToFill: AxisId.meta({
      description: "Axis with the largest share; without a target, most reference Units.",
    }),
    referenceUnits: z.number().nonnegative().meta({ description: "All Units asked for together." }),
    fill: Fill.nullable().meta({ description: "How full the target is then." }),
    fits: z.enum(["yes", "likely", "no"]).nullable(),
    repos: z.array(EstimatedRepo).min(1).readonly(),
    price: z
      .strictObject({
        form: z.enum(["scarcity", "percentile", "diverging"]),
        currency: z.string(),
        perHour: z.number().nonnegative().nullable().meta({ description: "Null: full." }),
      })
      .readonly()
      .nullable(),
    total: CostVector.meta({ description: "Mean load of all Units asked for." }),
    warnings: z.array(z.string()).readonly(),
  })
  .readonly()
  .meta({ title: "Loadstone estimate" });
export type Estimate = z.infer<typeof Estimate>;
