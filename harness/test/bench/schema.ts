import { z } from "zod";

export const WORK_NAMES = [
  "qos0-single",
  "qos0-batch64",
  "qos1-window1",
  "qos1-window20",
  "e2e-20000",
  "open-20000",
  "open-50000",
  "idle-1000",
  "idle-5000",
  "idle-10000",
  "connect-10000",
  "http",
  "meter",
] as const;
export const WorkName = z.enum(WORK_NAMES);
export type WorkName = z.infer<typeof WorkName>;

export const CLIENT_NAMES = [
  "loadstone",
  "loadstone-collect",
  "loadstone-transport",
  "mqtt.js",
  "paho",
  "libmosquitto",
  "emqtt-bench",
  "raw-c",
  "autocannon",
  "wrk",
  "k6",
] as const;
export const ClientName = z.enum(CLIENT_NAMES);
export type ClientName = z.infer<typeof ClientName>;

export const TARGET_NAMES = ["sink", "mosquitto"] as const;
export const TargetName = z.enum(TARGET_NAMES);
export type TargetName = z.infer<typeof TargetName>;

const amount = z.number().nonnegative();

/** What a generator prints about the part of its work that counts, warming up left out. */
export const Facts = z.strictObject({
  /** User and system time of the generator's process. */
  cpuMs: amount,
  wallMs: z.number().positive(),
  messages: z.int().positive().optional(),
  connections: z.int().positive().optional(),
  connectPerSec: amount.optional(),
  baseRssKb: amount.optional(),
  /** May come out below zero by a page where there is next to nothing to see. */
  rssKbPerConnection: z.number().optional(),
  /** Intended to handed to the kernel. */
  sendErrorP50Ms: amount.optional(),
  sendErrorP99Ms: amount.optional(),
  /** Intended to received. */
  latencyP50Ms: amount.optional(),
  latencyP99Ms: amount.optional(),
  received: z.int().nonnegative().optional(),
  /** Messages that were due and not sent. */
  unsent: z.int().nonnegative().optional(),
});
export type Facts = z.infer<typeof Facts>;

const place = { work: WorkName, client: ClientName, target: TargetName };

/** Medians of a client's rounds. CPU-seconds a million messages are microseconds a message. */
export const MeasuredRow = z.strictObject({
  ...place,
  rounds: z.int().positive(),
  cpuSecPerMillion: amount.optional(),
  /** Largest minus smallest round, as a share of the median. */
  cpuSpread: amount.optional(),
  perSec: amount.optional(),
  /** Share of one core. */
  cpuRatio: amount,
  /** Of work at a fixed rate: whether it was kept. One that falls behind sends cheap batches. */
  heldRate: z.boolean().optional(),
  ...Facts.omit({ cpuMs: true, wallMs: true }).shape,
  /** Seen by the sink: how far arrivals lie behind an even pace that touches the earliest. */
  arrivalErrorP50Ms: amount.optional(),
  arrivalErrorP99Ms: amount.optional(),
});
export type MeasuredRow = z.infer<typeof MeasuredRow>;

export const SkippedRow = z.strictObject({
  ...place,
  /** Why there is no figure. */
  skipped: z.string().min(1),
  /** How to get one. */
  hint: z.string().min(1).optional(),
});
export type SkippedRow = z.infer<typeof SkippedRow>;

export const Row = z.union([MeasuredRow, SkippedRow]);
export type Row = z.infer<typeof Row>;

/** A target of ours, held against a measured row. */
export const Ratio = z.strictObject({
  work: WorkName,
  target: TargetName,
  of: ClientName,
  /** `limit`: a fixed figure, not another client. */
  to: z.union([ClientName, z.literal("limit")]),
  /** The field of the row that is compared. */
  measure: z.enum([
    "cpuSecPerMillion",
    "rssKbPerConnection",
    "connectPerSec",
    "sendErrorP99Ms",
    "cpuRatio",
  ]),
  value: z.number().optional(),
  reference: z.number().optional(),
  ratio: z.number().optional(),
  bound: z.number(),
  /** Whether the ratio must stay below the bound or reach it. */
  direction: z.enum(["atMost", "atLeast"]),
  stretch: z.boolean(),
  /**
   * Null: one of the two figures is missing, a rate was not kept by who is compared for CPU, or the
   * run was a quick one.
   */
  meets: z.boolean().nullable(),
});
export type Ratio = z.infer<typeof Ratio>;

export const Environment = z.strictObject({
  cores: z.int().positive(),
  cpuModel: z.string(),
  kernel: z.string(),
  node: z.string(),
  /** What the null target is made of. */
  sink: z.enum(["c-epoll", "node"]),
  versions: z.record(z.string(), z.string()),
  /** Cores of generator and target, or null where they share all. */
  pinned: z.strictObject({ generator: z.int(), target: z.int() }).nullable(),
  fileLimit: z.int().positive(),
  loadAverage: amount,
  connections: z.int().positive(),
  payloadBytes: z.int().positive(),
  rounds: z.int().positive(),
  quick: z.boolean(),
  /** What a reader must know before comparing. */
  remarks: z.array(z.string()),
});
export type Environment = z.infer<typeof Environment>;

export const BenchResult = z.strictObject({
  environment: Environment,
  rows: z.array(Row),
  ratios: z.array(Ratio),
});
export type BenchResult = z.infer<typeof BenchResult>;
