import { z } from "zod";
import { Span } from "./span.ts";

/** When messages of a topic come and how large they are, as profiles say it. */

export const MAX_PAYLOAD_BYTES = 262_144;
const YEAR_MS = 8760 * 3_600_000;
const MAX_TRACE_MESSAGES = 10_000;

export const boundedSpan = Span.refine((ms) => ms <= YEAR_MS, { error: "at most 8760h" });
export const gapSpan = boundedSpan.refine((ms) => ms >= 1, { error: "at least 1ms" });

export const topicName = z
  .string()
  .regex(/^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/, { error: "letters, digits, - _ and /" })
  .max(100);

export const aligned = z.boolean().default(false).meta({
  description: "All Units at the same moment, as an hourly job of the server makes them.",
});

const Periodic = z.strictObject({
  kind: z.literal("periodic"),
  every: gapSpan.meta({ description: "Mean gap between two messages, e.g. 10s." }),
  jitter: boundedSpan.prefault("0ms").meta({
    description: "Standard deviation of a gap; gaps are independent, so the phase wanders.",
  }),
  aligned,
});

const Poisson = z.strictObject({
  kind: z.literal("poisson"),
  every: gapSpan.meta({ description: "Mean gap; memoryless." }),
});

const Bursts = z.strictObject({
  kind: z.literal("bursts"),
  every: gapSpan.meta({ description: "Mean gap between the starts of bursts; memoryless." }),
  messages: z
    .number()
    .min(1)
    .max(10_000)
    .meta({ description: "Mean count of a burst; geometric, at least one." }),
  gap: gapSpan.meta({ description: "Mean gap inside a burst; memoryless." }),
});

const Follows = z.strictObject({
  kind: z.literal("follows"),
  topic: topicName.meta({
    description: "Topic of this profile: an output of the same cycle, or an input it answers.",
  }),
  chance: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .meta({ description: "Share of the leader's messages that are followed." }),
  delay: boundedSpan.prefault("0ms").meta({ description: "Mean time after the leader's message." }),
  jitter: boundedSpan.prefault("0ms").meta({ description: "Standard deviation of the delay." }),
});

const rising = (values: readonly number[]): boolean =>
  values.every((value, i) => i === 0 || value >= (values[i - 1] ?? 0));

const Trace = z
  .strictObject({
    kind: z.literal("trace"),
    offsetsMs: z
      .array(z.number().nonnegative().max(YEAR_MS))
      .min(1)
      .max(MAX_TRACE_MESSAGES)
      .refine(rising, { error: "must rise" })
      .meta({ description: "Times of messages from the start; repeated without end." }),
    length: gapSpan.meta({ description: "Length of the recording." }),
  })
  .refine(({ offsetsMs, length }) => (offsetsMs.at(-1) ?? 0) < length, {
    error: "length must be past the last offset",
  });

/** When the messages of a topic come. */
export const Arrivals = z
  .discriminatedUnion("kind", [Periodic, Poisson, Bursts, Follows, Trace])
  .readonly();
export type Arrivals = z.infer<typeof Arrivals>;

const size = z.int().min(0).max(MAX_PAYLOAD_BYTES);

const SizeRange = z
  .strictObject({ from: size, to: size })
  .refine(({ from, to }) => from <= to, { error: "from must not be above to" });

const SizeChoices = z.strictObject({
  choices: z
    .array(z.strictObject({ bytes: size, share: z.number().gt(0).max(1) }))
    .min(1)
    .max(64)
    .refine((all) => Math.abs(all.reduce((sum, { share }) => sum + share, 0) - 1) < 0.005, {
      error: "shares must add up to 1",
    }),
});

const SizeQuantiles = z.strictObject({
  quantiles: z
    .strictObject({ min: size, p25: size, p50: size, p75: size, p95: size, max: size })
    .refine(({ min, p25, p50, p75, p95, max }) => rising([min, p25, p50, p75, p95, max]), {
      error: "must rise",
    })
    .meta({ description: "Straight lines between them." }),
});

/** Payload sizes, bytes: one figure, a range (even), choices with shares, or quantiles. */
export const Sizes = z.union([size, SizeRange, SizeChoices, SizeQuantiles], {
  error: `bytes 0 to ${MAX_PAYLOAD_BYTES}, { from, to }, { choices } whose shares add up to 1, or { quantiles }`,
});
export type Sizes = z.infer<typeof Sizes>;
