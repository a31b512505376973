import { z } from "zod";

/**
 * Lines of a recording, one JSON object each (NDJSON). A message names its topic by a number that a
 * topic line before it in the same file explains; times are milliseconds since `startedAtMs`.
 */

export const RECORDING_VERSION = 1;

export const HeaderLine = z.object({
  kind: z.literal("recording"),
  version: z.literal(RECORDING_VERSION),
  /** Unix epoch milliseconds of offset 0, the same in every file of a recording. */
  startedAtMs: z.number().nonnegative(),
  /** Files of a recording count from 1. */
  part: z.int().positive(),
  /** Names are hashes; no topic, Unit or Repo can be read from it. */
  anonymous: z.boolean(),
});
export type HeaderLine = z.infer<typeof HeaderLine>;

export const TopicLine = z.object({
  kind: z.literal("topic"),
  t: z.int().nonnegative(),
  role: z.string(),
  unit: z.string(),
  node: z.string(),
  repo: z.string(),
  side: z.enum(["input", "output"]).optional(),
  edges: z.int().nonnegative().optional(),
});
export type TopicLine = z.infer<typeof TopicLine>;

export const MessageLine = z.object({
  at: z.number(),
  t: z.int().nonnegative(),
  /** Payload bytes. */
  b: z.int().nonnegative(),
  /** QoS it was delivered with: the lower of publisher and subscription. */
  q: z.int().min(0).max(2),
  /** Kept by the broker from before the subscription: not traffic. */
  r: z.literal(1).optional(),
  /** Delivered again after a lost acknowledgement. */
  d: z.literal(1).optional(),
  /** The payload in base64, only where asked for. */
  p: z.string().optional(),
});
export type MessageLine = z.infer<typeof MessageLine>;

/** The observer's own connection: what happened between `closed` and `open` nobody saw. */
export const EventLine = z.object({
  kind: z.literal("event"),
  at: z.number(),
  event: z.enum(["open", "closed", "end"]),
  detail: z.string().optional(),
});
export type EventLine = z.infer<typeof EventLine>;

export type RecordingLine = HeaderLine | TopicLine | MessageLine | EventLine;

/** A line as it was written, or undefined for what is torn or from elsewhere. */
export function parseLine(text: string): RecordingLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const schema = "kind" in value ? KINDS[String(value.kind)] : MessageLine;
  const parsed = schema?.safeParse(value);
  return parsed?.success === true ? parsed.data : undefined;
}

const KINDS: Readonly<Record<string, z.ZodType<RecordingLine> | undefined>> = {
  recording: HeaderLine,
  topic: TopicLine,
  event: EventLine,
};
