import { z } from "zod";

const money = z.number().nonnegative().max(1e9);
const currency = z.string().min(1).max(12).default("");

/** The whole cost of an instance, spread over what is used: scarce axes cost more. */
const Scarcity = z.strictObject({
  kind: z.literal("scarcity"),
  currency,
  perHour: money.meta({ description: "What the instance costs its owner an hour, with margin." }),
  fullAt: z
    .number()
    .gt(0)
    .max(1)
    .default(0.7)
    .meta({ description: "Use of all axes at which the owner's cost is covered." }),
});

/** A price a colour: green Units free, yellow and red ones so much an hour. */
const Percentile = z.strictObject({
  kind: z.literal("percentile"),
  currency,
  yellowFrom: z.number().min(0).max(100).default(50),
  redFrom: z.number().min(0).max(100).default(80),
  perHour: z.strictObject({ green: money.default(0), yellow: money, red: money }),
});

/** Rises with the square of an axis' use and without end towards full. */
const Diverging = z.strictObject({
  kind: z.literal("diverging"),
  currency,
  perHour: money.meta({
    description: "Price of a whole axis an hour at the use where x² ÷ (1 − x) is 1, which is 62 %.",
  }),
  freeBelow: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .meta({ description: "Use of an axis up to which it costs nothing, 0 to 1." }),
});

/** How an instance asks for money. Data: a bill can be worked out again by anybody. */
export const PriceForm = z
  .discriminatedUnion("kind", [Scarcity, Percentile, Diverging])
  .readonly()
  .meta({ title: "Loadstone price form" });
export type PriceForm = z.infer<typeof PriceForm>;
