import { z } from "zod";
import { identity } from "./schema.ts";
import {
  aligned,
  Arrivals,
  boundedSpan,
  gapSpan,
  MAX_PAYLOAD_BYTES,
  Sizes,
  topicName,
} from "./profile-traffic.ts";
import { topicProblems } from "./profile-problems.ts";

/**
 * What one kind of Unit does, as `scenarios/profiles/*.yaml` say it; the file name is the id. A
 * profile is data with bounds on everything, names nobody and holds no payload, so that one from
 * a stranger is safe to open.
 */

export const COMMANDS = ["update", "env_update", "schema_update", "log_sync"] as const;

const DataPipe = z.strictObject({
  policy: z.enum(["last-value", "n-records", "time-window", "aggregation"]),
  maxRate: boundedSpan
    .prefault("0s")
    .meta({ description: "Least time between two records; 0s takes them all." }),
  maxBytes: z
    .int()
    .min(0)
    .max(MAX_PAYLOAD_BYTES)
    .default(0)
    .meta({ description: "Larger payloads are not stored; 0 sets no limit." }),
  unique: z.boolean().default(false).meta({ description: "Equal to the last: not stored." }),
  window: gapSpan.optional().meta({ description: "Window of time-window and aggregation." }),
  records: z.int().min(1).max(1024).optional().meta({ description: "Records n-records keeps." }),
});
export type DataPipe = z.infer<typeof DataPipe>;

/** What the platform gives each new node by itself. */
export const DEFAULT_PIPE: DataPipe = {
  policy: "last-value",
  maxRate: 5000,
  maxBytes: 100,
  unique: false,
};

const stored = z
  .union([z.enum(["default", "never"]), DataPipe], {
    error: "default, never, or { policy, maxRate, maxBytes, unique, window, records }",
  })
  .default("default")
  .meta({ description: "DataPipe of the node; default is the one each new node gets." });

const common = {
  name: topicName.meta({ description: "As schema_example.json names it." }),
  about: z.string().min(1).max(500).optional(),
  bytes: Sizes.meta({ description: "Payload, bytes." }),
  qos: z.union([z.literal(0), z.literal(1), z.literal(2)], { error: "0, 1 or 2" }).default(0),
  perConnect: z
    .number()
    .min(0)
    .max(1000)
    .default(0)
    .meta({ description: "Mean messages sent besides at each connect." }),
  dayShape: z
    .array(z.number().min(0).max(24))
    .length(24)
    .refine((all) => all.some((weight) => weight > 0), { error: "nothing is ever sent" })
    .optional()
    .meta({ description: "Weight of each hour of the Unit's day; only their ratios count." }),
};

const content = z.enum(["number", "text", "json", "base64"]).default("text").meta({
  description: "Kind of payload, never the payload itself.",
});

const changeRatio = z
  .number()
  .min(0)
  .max(1)
  .default(1)
  .meta({ description: "Share of the messages that differ from the one before." });

const Output = z.strictObject({
  role: z.literal("output"),
  ...common,
  when: Arrivals,
  content,
  changeRatio,
  fanOut: z
    .number()
    .min(0)
    .max(1000)
    .default(1)
    .meta({ description: "Units linked to it on average: each message is delivered so often." }),
  stored,
});

const Input = z.strictObject({
  role: z.literal("input"),
  ...common,
  bytes: Sizes.optional(),
  when: Arrivals.optional().meta({ description: "What arrives; left out when not known." }),
  content,
  changeRatio,
  links: z
    .int()
    .min(0)
    .max(1000)
    .default(1)
    .meta({ description: "Outputs linked to it, each a subscription." }),
  stored,
});

const State = z.strictObject({
  role: z.literal("state"),
  ...common,
  name: topicName.default("state/pepeunit"),
  when: Arrivals,
});

const Log = z.strictObject({
  role: z.literal("log"),
  ...common,
  name: topicName.default("log/pepeunit"),
  when: Arrivals.optional().meta({ description: "Entries besides those at connect." }),
});

export const Topic = z.discriminatedUnion("role", [Output, Input, State, Log]).readonly();
export type Topic = z.infer<typeof Topic>;
export type TopicOf<R extends Topic["role"]> = Extract<Topic, { role: R }>;

const Session = z.strictObject({
  keepAlive: gapSpan.prefault("60s"),
  connectedRatio: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .meta({ description: "Share of the time the Unit is connected." }),
  reconnect: z
    .strictObject({ every: gapSpan.meta({ description: "Mean time a session lasts." }), aligned })
    .optional()
    .meta({ description: "How often a session is lost; left out when hardly ever." }),
});

const Command = z.strictObject({
  name: z.enum(COMMANDS),
  every: gapSpan.optional().meta({ description: "Mean gap; left out when hardly ever." }),
  aligned,
  calls: z
    .int()
    .min(0)
    .max(100)
    .default(0)
    .meta({ description: "API calls the Unit makes when it gets one." }),
});

const ApiCalls = z.strictObject({
  call: z.string().min(1).max(200).meta({ description: "Which one, for people." }),
  every: gapSpan.meta({ description: "Mean gap." }),
});

/** How well the model follows one topic of a recording; 0 is the same distribution, 1 another. */
const Fit = z.strictObject({
  topic: topicName,
  messages: z.int().nonnegative(),
  rateRatio: z.number().nonnegative().max(1e6).meta({ description: "Model ÷ recording." }),
  gapDistance: z.number().min(0).max(1).optional(),
  sizeDistance: z.number().min(0).max(1).optional(),
  burstiness: z
    .number()
    .min(-1)
    .max(1)
    .optional()
    .meta({ description: "Of the recording: −1 regular, 0 memoryless, 1 bursty." }),
});

export const Source = z.strictObject({
  kind: z.enum(["published", "declared", "recorded", "synthetic"]).meta({
    description: "Read in a published Unit, said by its author, fitted to traffic, or made up.",
  }),
  from: z.string().min(1).max(500).meta({ description: "Where the numbers come from." }),
  units: z.int().min(1).max(1_000_000).optional().meta({ description: "Units recorded." }),
  hours: z.number().positive().max(1e6).optional().meta({ description: "Hours recorded." }),
  fit: z.array(Fit).max(128).optional(),
  assumed: z
    .array(z.string().min(1).max(300))
    .max(64)
    .optional()
    .meta({ description: "What nobody said and was assumed, a sentence each." }),
});

export const Profile = z
  .strictObject({
    id: identity.id.max(64),
    about: identity.about.max(500),
    source: Source,
    repo: z.string().min(1).max(200).optional().meta({ description: "Repo of such Units." }),
    client: z.enum(["micropython", "python", "go", "other"]).default("other"),
    session: Session.prefault({}),
    commands: z
      .array(Command)
      .max(COMMANDS.length)
      .prefault(COMMANDS.map((name) => ({ name })))
      .meta({ description: "Base commands it subscribes to; all four by default." }),
    topics: z.array(Topic).max(128),
    api: z.array(ApiCalls).max(64).default([]),
  })
  .superRefine(({ topics }, context) => {
    for (const { path, message } of topicProblems(topics)) {
      context.addIssue({ code: "custom", path: ["topics", ...path], message });
    }
  })
  .readonly()
  .meta({ title: "Loadstone Unit profile" });
export type Profile = z.infer<typeof Profile>;
/** A profile as it is written, spans as text and defaults left out. */
export type ProfileInput = z.input<typeof Profile>;
