import { z } from "zod";
import { AxisId } from "./axis.ts";

/**
 * What a window of load on one axis must hold to be good (grading method, "good window").
 * Ratios are shares (0…1) of the messages planned for the window.
 */
export const Objective = z
  .strictObject({
    axis: AxisId,
    /** A message later than this, counted from its intended send time, is bad. Milliseconds. */
    deadlineMs: z.number().positive().max(60_000),
    /** Share of planned messages that may be bad: 0.01 makes the deadline a p99. */
    maxBadRatio: z.number().min(0).max(0.5).default(0.01),
    /** Share of planned messages that may be lost or answered with an error. */
    maxLostRatio: z.number().min(0).max(0.5),
    /** Growth of the in-flight count over the window, as a share of planned. */
    maxGrowthRatio: z.number().min(0).max(1).default(0.01),
    /** Growth always allowed, in messages, so that small windows are not judged on noise. */
    growthSlack: z.int().min(0).default(10),
    /** Bad messages always allowed, so that a window of a few is not judged on one. */
    badSlack: z.int().min(0).optional(),
  })
  .readonly();
export type Objective = z.infer<typeof Objective>;
