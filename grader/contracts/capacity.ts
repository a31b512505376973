import { z } from "zod";
import { AxisId } from "./axis.ts";

/** How far a search goes. `glance` is a first look and never publishable. */
export const DEPTHS = ["glance", "quick", "standard", "certify"] as const;
export const Depth = z.enum(DEPTHS);
export type Depth = z.infer<typeof Depth>;

/**
 * `measured` a capacity with both bounds · `censored` at least this much, nothing broke up to the
 * ceiling · `inconclusive` not enough evidence · `failed` the objective was not met at any load.
 */
export const AxisVerdict = z.enum(["measured", "censored", "inconclusive", "failed"]);
export type AxisVerdict = z.infer<typeof AxisVerdict>;

export const LimitedBy = z.enum(["resource", "policy", "generator"]);
export type LimitedBy = z.infer<typeof LimitedBy>;

export const AXIS_FLAGS = [
  "censored",
  "unstable",
  "wide",
  "policy-limited",
  "generator-limited",
  "no-recovery",
  "soak-failed",
  "not-applicable",
  "not-measured",
  "plan-limited",
  "harm-ceiling",
  "interrupted",
  "axis-limited",
] as const;
export const AxisFlag = z.enum(AXIS_FLAGS);
export type AxisFlag = z.infer<typeof AxisFlag>;

/** Capacity in the axis' unit. `value` is C90, `low`…`high` its 95 % interval. */
export const Capacity = z
  .strictObject({
    value: z.number().nonnegative(),
    low: z.number().nonnegative(),
    /** Null when nothing broke up to the ceiling: the capacity is at least `value`. */
    high: z.number().nonnegative().nullable(),
    /** One-sided 95 % lower bound that then passed the soak; null when none did. */
    rated: z.number().nonnegative().nullable(),
  })
  .readonly();
export type Capacity = z.infer<typeof Capacity>;

const FOUND = {
  verdict: AxisVerdict,
  unit: z.string(),
  capacity: Capacity.nullable(),
  limitedBy: LimitedBy.nullable(),
  /** The rule that broke first, or why there is no number. One sentence. */
  reason: z.string(),
  flags: z.array(AxisFlag).readonly(),
  /** C50, spread, background failure: null until a posterior exists. */
  c50: z.number().nonnegative().nullable(),
  spread: z.number().nonnegative().nullable(),
  backgroundFailure: z.number().nonnegative().nullable(),
  /** Seconds of load, and seconds in which over 5 % of it was late or lost. */
  activeSec: z.number().nonnegative(),
  harmSec: z.number().nonnegative(),
  windows: z.int().nonnegative(),
  invalidWindows: z.int().nonnegative(),
} as const;

/** What the search found on one axis. */
export const AxisResult = z.strictObject({ id: AxisId, ...FOUND }).readonly();
export type AxisResult = z.infer<typeof AxisResult>;

/** How one axis fared in the joint run. */
export const JointShare = z
  .strictObject({
    axis: AxisId,
    /** Windows that counted, and those of them in which this axis missed its objective. */
    windows: z.int().nonnegative(),
    broke: z.int().nonnegative(),
  })
  .readonly();
export type JointShare = z.infer<typeof JointShare>;

/** What the search found with all axes loaded at once. Capacities are in reference Units. */
export const JointResult = z
  .strictObject({
    id: z.literal("joint"),
    ...FOUND,
    /** The axis that broke most of the windows; null when none broke. */
    weakest: AxisId.nullable(),
    /** Every axis that was loaded, in axis order. */
    shares: z.array(JointShare).readonly(),
  })
  .readonly();
export type JointResult = z.infer<typeof JointResult>;
