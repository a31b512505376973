import { z } from "zod";
import { BACK_OFF_NAMES } from "../axes/back-off.ts";
import { identity } from "./schema.ts";
import { Span } from "./span.ts";

/** What `loadstone run` does: a given load for a given time, as `scenarios/faults/*.yaml` say it. */

const positiveSpan = Span.refine((ms) => ms > 0, { error: "must be longer than nothing" });

const share = z
  .number()
  .positive()
  .max(1)
  .meta({ description: "Share of the Units, 0 to 1; which ones is drawn by the seed." });

const when = {
  at: Span.meta({ description: "From the first send, e.g. 30s." }),
  within: positiveSpan.prefault("60s").meta({
    description: "Every Unit is back and every message in time again by then, or the run failed.",
  }),
};

const ReconnectStorm = z.strictObject({
  kind: z.literal("reconnect-storm"),
  ...when,
  share,
  reconnect: z.enum(["at-once", "back-off"]).default("at-once").meta({
    description: "All at once whatever connects a second are allowed, or as devices do.",
  }),
});

const HalfOpen = z.strictObject({
  kind: z.literal("half-open"),
  ...when,
  share,
  for: positiveSpan.optional().meta({
    description:
      "A dead Unit comes back when the broker has timed it out, at the latest after this; without " +
      "it after three keepalives.",
  }),
});

const SlowConsumer = z.strictObject({
  kind: z.literal("slow-consumer"),
  ...when,
  share,
  for: positiveSpan.meta({ description: "Nothing is read from the sockets for this long." }),
});

const SessionTakeover = z.strictObject({ kind: z.literal("session-takeover"), ...when, share });

/** Somebody else restarts the broker; the run waits for it and watches everybody come back. */
const BrokerRestart = z.strictObject({ kind: z.literal("broker-restart"), ...when });

export const Fault = z
  .discriminatedUnion("kind", [
    ReconnectStorm,
    HalfOpen,
    SlowConsumer,
    SessionTakeover,
    BrokerRestart,
  ])
  .readonly();
export type Fault = z.infer<typeof Fault>;

const perSec = z.number().nonnegative().max(1_000_000);

const RunPace = z.union([
  z.enum(["constant", "poisson"]),
  z.strictObject({
    kind: z.literal("ramp"),
    from: perSec.meta({ description: "Rate at the beginning; the load is the rate at the end." }),
    steps: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .meta({ description: "Flat steps instead of a line." }),
  }),
  z.strictObject({
    kind: z.literal("replay"),
    file: z
      .string()
      .min(1)
      .meta({ description: "Recording in YAML or CSV, beside this file unless absolute." }),
    speed: z.number().positive().max(1000).default(1),
    repeat: z.boolean().default(true),
  }),
]);

export const RunScenario = z
  .strictObject({
    id: identity.id,
    about: identity.about,
    traffic: z.string().min(1).default("relay").meta({
      description: "What is sent: an axis, or a scenario of that axis by id or file.",
    }),
    load: z.number().positive().optional().meta({ description: "Load, axis unit." }),
    duration: positiveSpan.optional(),
    units: z
      .int()
      .min(2)
      .max(1_000_000)
      .optional()
      .meta({ description: "Units connected; the load is spread over all of them." }),
    pace: RunPace.optional(),
    keepAliveSec: z.int().min(1).max(65_535).default(60),
    reconnect: z
      .enum([...BACK_OFF_NAMES, "never"])
      .default("device")
      .meta({
        description: "How a Unit whose session closes comes back.",
      }),
    faults: z.array(Fault).max(100).default([]),
  })
  .readonly()
  .meta({ title: "Loadstone run scenario" });
export type RunScenario = z.infer<typeof RunScenario>;
