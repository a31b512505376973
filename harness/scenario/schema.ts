import { Objective } from "#grader/contracts/objective.ts";
import { z } from "zod";

/** What one axis is asked, as `scenarios/waves/*.yaml` says it. The file name is the id. */

export const identity = {
  id: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/)
    .meta({ description: "Lower-case id; equals the file name." }),
  about: z.string().min(1).meta({ description: "One sentence for people." }),
  coolMs: z
    .int()
    .min(0)
    .max(120_000)
    .meta({ description: "Silence after an overload, milliseconds." }),
};

const Load = z
  .strictObject({
    start: z.number().positive().meta({ description: "Load of the first wave, axis unit." }),
    floor: z
      .number()
      .positive()
      .meta({ description: "Least load that still means something, axis unit." }),
    max: z
      .number()
      .positive()
      .optional()
      .meta({ description: "Nothing above this is offered, axis unit." }),
  })
  .refine(({ start, floor }) => start >= floor, { error: "start must not be below floor" })
  .refine(({ start, max }) => max === undefined || max >= start, {
    error: "max must not be below start",
  });

const arrivals = z.enum(["poisson", "constant"]).meta({
  description: "How send times are spaced: memoryless as many independent Units, or evenly.",
});

const LinkScenario = z.strictObject({
  ...identity,
  axis: z.literal("link"),
  load: Load,
  connectDeadlineMs: z
    .int()
    .positive()
    .max(60_000)
    .meta({ description: "CONNECT to the last SUBACK, milliseconds." }),
});

const RelayScenario = z.strictObject({
  ...identity,
  axis: z.literal("relay"),
  load: Load,
  arrivals,
  message: z.strictObject({
    payloadBytes: z.int().min(1).max(262_144).meta({ description: "Payload, bytes." }),
    envelopeShare: z.number().gt(0).max(1).optional().meta({
      description:
        "Of messages below 35 bytes, the share that is sent larger to carry what latency and order are told by; the rest are counted. By default bytes grow by a tenth at most.",
    }),
    qos: z.union([z.literal(0), z.literal(1), z.literal(2)]),
    perUnitPerSec: z
      .number()
      .positive()
      .max(1000)
      .meta({ description: "Messages a second of one Unit; more load means more Units." }),
    inflight: z
      .int()
      .min(1)
      .max(65_535)
      .meta({ description: "Unacknowledged publishes one Unit may have." }),
  }),
});

const BaseScenario = z.strictObject({
  ...identity,
  axis: z.literal("base"),
  load: Load,
  arrivals,
  message: z
    .strictObject({
      payloadBytes: z
        .int()
        .min(1)
        .max(65_536)
        .meta({ description: "Payload, bytes; longer where a message cannot be that short." }),
      qos: z.union([z.literal(0), z.literal(1), z.literal(2)]),
      states: z.int().min(0).max(1000).meta({ description: "States in a row of messages." }),
      logs: z.int().min(0).max(1000).meta({ description: "Log entries in the same row." }),
      logsPerUnitPerSec: z
        .number()
        .positive()
        .max(15)
        .meta({ description: "Log entries a second of one Unit; more means more Units that log." }),
      readMs: z.int().min(100).max(10_000).meta({
        description: "From one reading back to the next, milliseconds; latency is that coarse.",
      }),
    })
    .refine(({ states, logs }) => states + logs > 0, { error: "states and logs are both 0" }),
});

const ApiScenario = z.strictObject({
  ...identity,
  axis: z.literal("api"),
  load: Load,
  arrivals,
  requests: z.strictObject({
    objects: z.int().min(2).max(10_000).meta({ description: "Distinct Units asked about." }),
    connections: z.int().min(1).max(4096).meta({ description: "Connections kept open." }),
    timeoutMs: z
      .int()
      .min(100)
      .max(120_000)
      .meta({ description: "An unanswered request is given up after this, milliseconds." }),
    graphqlRatio: z
      .number()
      .min(0)
      .max(1)
      .optional()
      .meta({ description: "Share of the requests that speak GraphQL, none by default." }),
  }),
});

const StoreScenario = z.strictObject({
  ...identity,
  axis: z.literal("store"),
  load: Load,
  arrivals,
  message: z.strictObject({
    payloadBytes: z.int().min(26).max(100).meta({ description: "A reading as a number, bytes." }),
    qos: z.union([z.literal(0), z.literal(1), z.literal(2)]),
    perUnitPerSec: z
      .number()
      .positive()
      .max(1000)
      .meta({ description: "Readings a second of one Unit at most." }),
  }),
  nodes: z
    .strictObject({
      perNodePerSec: z
        .number()
        .positive()
        .max(1000)
        .meta({ description: "Readings a second of one node, as long as there are enough nodes." }),
      least: z.int().min(2).meta({ description: "Nodes, whatever the load." }),
      most: z.int().min(2).max(5000).meta({
        description: "Nodes at most; each more is another list to be read back.",
      }),
    })
    .refine(({ least, most }) => most >= least, { error: "most must not be below least" }),
  flushMs: z
    .int()
    .min(10)
    .max(60_000)
    .meta({ description: "How often the DataPipe writes what it has, milliseconds." }),
  readEveryMs: z
    .int()
    .min(10)
    .max(60_000)
    .meta({ description: "From one reading of a node to the next, milliseconds." }),
});

export const Scenario = z
  .discriminatedUnion("axis", [
    LinkScenario,
    RelayScenario,
    StoreScenario,
    BaseScenario,
    ApiScenario,
  ])
  .readonly()
  .meta({ title: "Loadstone scenario" });
export type Scenario = z.infer<typeof Scenario>;
export type ScenarioOf<A extends Scenario["axis"]> = Extract<Scenario, { axis: A }>;

export const Objectives = z
  .array(Objective)
  .min(1)
  .refine((all) => new Set(all.map(({ axis }) => axis)).size === all.length, {
    error: "an axis has more than one objective",
  });
