import { z } from "zod";
import { BACK_OFF_NAMES } from "../axes/back-off.ts";
import { Span } from "../scenario/span.ts";

export const PACE_NAMES = ["constant", "poisson", "ramp", "replay"] as const;

/** Settings of `loadstone run`; what is not given the scenario decides. */
export const runSettings = {
  load: z.coerce.number().positive().max(10_000_000).optional(),
  duration: Span.refine((ms) => ms >= 1000, { error: "at least 1s" })
    .refine((ms) => ms <= 7 * 86_400_000, { error: "at most 168h" })
    .optional(),
  units: z.coerce.number().int().min(2).max(1_000_000).optional(),
  pace: z.enum(PACE_NAMES).optional(),
  rampFrom: z.coerce.number().nonnegative().optional(),
  rampSteps: z.coerce.number().int().min(1).max(10_000).optional(),
  replay: z.string().min(1).optional(),
  profile: z.string().min(1).optional(),
  speed: z.coerce.number().positive().max(1000).optional(),
  reconnect: z.enum([...BACK_OFF_NAMES, "never"]).optional(),
  keepAlive: z.coerce.number().int().min(1).max(65_535).optional(),
};
