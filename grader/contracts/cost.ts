import { z } from "zod";

/** What something asks of the five axes, each in the axis' unit. */
export const CostVector = z
  .strictObject({
    link: z.number().nonnegative(),
    relay: z.number().nonnegative(),
    store: z.number().nonnegative(),
    base: z.number().nonnegative(),
    api: z.number().nonnegative(),
  })
  .readonly();
export type CostVector = z.infer<typeof CostVector>;

/**
 * Where a cost comes from: `declared` a profile that was written, `fitted` a profile made from a
 * recording, `metered` minutes counted on the instance.
 */
export const CostBasis = z.enum(["declared", "fitted", "metered"]);
export type CostBasis = z.infer<typeof CostBasis>;

/** What one Unit asks: the mean, and the 95th percentile of its minutes. */
export const UnitCost = z
  .strictObject({
    mean: CostVector,
    p95: CostVector,
    /** Whole MQTT packets the Unit sends. */
    bytesPerSec: z.number().nonnegative(),
    /** Payload the DataPipe stores. */
    storedBytesPerSec: z.number().nonnegative(),
  })
  .readonly();
export type UnitCost = z.infer<typeof UnitCost>;

/** A Unit's colour by its rank in load among the Units of its instance. */
export const Colour = z.enum(["green", "yellow", "red"]);
export type Colour = z.infer<typeof Colour>;
