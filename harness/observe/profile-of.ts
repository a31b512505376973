import type { TopicFit } from "#grader/profile/fit.ts";
import type { Arrivals } from "#grader/profile/model.ts";
import { COMMANDS, type ProfileInput } from "../scenario/profile-schema.ts";
import type { RecordedKind, TopicFacts } from "./kinds-of.ts";

type TopicInput = ProfileInput["topics"][number];
type FitInput = NonNullable<ProfileInput["source"]["fit"]>[number];
type ArrivalsInput = NonNullable<Extract<TopicInput, { role: "state" }>["when"]>;

const COMMAND = "command/";

export interface ProfileNames {
  readonly id: string;
  readonly about: string;
}

/** A profile in the words of the schema, from what was fitted to a recording. */
export function profileOf(
  { id, about }: ProfileNames,
  kind: RecordedKind,
  fits: readonly TopicFit[],
): ProfileInput {
  const topics = fits.filter(({ name }) => !name.startsWith(COMMAND));
  return {
    id,
    about,
    source: {
      kind: "recorded",
      from: `loadstone record: ${kind.messages} messages of ${kind.units} Units`,
      units: kind.units,
      hours: Math.max(1e-4, round(kind.hours)),
      fit: topics.map((fit) => goodness(fit, kind.facts)),
      assumed: ASSUMED,
    },
    commands: COMMANDS.map((name) => {
      const fit = fits.find((one) => one.name === COMMAND + name);
      if (fit === undefined) return { name };
      const everyMs = (kind.hours * 3_600_000 * kind.units) / fit.messages;
      const aligned = fit.when?.kind === "periodic" && fit.when.aligned;
      return { name, every: span(everyMs), aligned };
    }),
    topics: topics.map((fit) => topicOf(fit, kind.facts)),
  };
}

const ASSUMED = [
  "how often sessions are lost, and what a connect causes: a subscriber does not see other clients",
  "API calls: they do not pass the broker",
];

function topicOf(fit: TopicFit, facts: ReadonlyMap<string, TopicFacts>): TopicInput {
  const { qos = 0, edges, side } = facts.get(fit.name) ?? {};
  const shape = fit.dayShape === undefined ? {} : { dayShape: [...fit.dayShape] };
  const common = { bytes: bytesOf(fit), qos, ...shape };
  const when = fit.when === undefined ? undefined : arrivals(fit.when, facts);
  const name = topicName(fit.name, side);
  if (fit.name === "log") return { role: "log", name, ...common, ...(when && { when }) };
  // Heard once or twice, it still needs an interval; the recording is all there is to say.
  const some: ArrivalsInput = when ?? { kind: "poisson", every: "8760h" };
  if (fit.name === "state") return { role: "state", name, ...common, when: some };
  if (fit.isInput) return { role: "input", name, ...common, when: some };
  const fanOut = edges === undefined ? {} : { fanOut: round(edges) };
  return { role: "output", name, ...common, when: some, ...fanOut };
}

/** As a schema names it: those of an instance end in `/pepeunit`; strange characters go. */
function topicName(role: string, side: TopicFacts["side"]): string {
  const plain = role.replaceAll(/[^A-Za-z0-9_/-]+/g, "-").replaceAll(/^\/+|\/+$|\/(?=\/)/g, "");
  const suffix = side === undefined ? "" : "/pepeunit";
  return `${plain.slice(0, 90) || "topic"}${suffix}`;
}

type SizesInput = Extract<TopicInput, { role: "state" }>["bytes"];

function bytesOf({ sizes: { bytes } }: TopicFit): SizesInput {
  if (typeof bytes === "number") return bytes;
  if ("choices" in bytes) return { choices: bytes.choices.map((choice) => ({ ...choice })) };
  if ("from" in bytes) return { ...bytes };
  return { quantiles: { ...bytes.quantiles } };
}

function arrivals(when: Arrivals, facts: ReadonlyMap<string, TopicFacts>): ArrivalsInput {
  switch (when.kind) {
    case "periodic":
      return {
        kind: "periodic",
        every: span(when.every),
        jitter: span(when.jitter, 0),
        ...(when.aligned ? { aligned: true } : {}),
      };
    case "poisson":
      return { kind: "poisson", every: span(when.every) };
    case "bursts": {
      const messages = Math.min(10_000, round(when.messages));
      return { kind: "bursts", every: span(when.every), messages, gap: span(when.gap) };
    }
    case "follows":
      return {
        kind: "follows",
        topic: topicName(when.topic, facts.get(when.topic)?.side),
        chance: Math.max(1e-4, round(when.chance)),
        delay: span(when.delay, 0),
        jitter: span(when.jitter, 0),
      };
    case "trace":
      return {
        kind: "trace",
        offsetsMs: when.offsetsMs.map((atMs) => Math.max(0, Math.round(atMs * 10) / 10)),
        length: `${Math.ceil(when.length) + 1}ms`,
      };
    default:
      return when satisfies never;
  }
}

function goodness(fit: TopicFit, facts: ReadonlyMap<string, TopicFacts>): FitInput {
  const { messages, rateRatio, gapDistance, sizes, burstiness } = fit;
  return {
    topic: topicName(fit.name, facts.get(fit.name)?.side),
    messages,
    rateRatio: round(rateRatio),
    ...(gapDistance === undefined ? {} : { gapDistance: round(gapDistance) }),
    sizeDistance: round(sizes.distance),
    ...(burstiness === undefined ? {} : { burstiness: round(burstiness) }),
  };
}

/** Four digits say more than any recording can. */
const round = (value: number): number => Number(value.toPrecision(4));

/** Text of a time, in whole seconds where it is that. */
function span(ms: number, leastMs = 1): string {
  const bounded = Math.min(8760 * 3_600_000, Math.max(leastMs, ms));
  const figure = bounded < 1 ? Number(bounded.toFixed(3)) : Number(bounded.toPrecision(5));
  return figure >= 1000 && figure % 1000 === 0 ? `${figure / 1000}s` : `${figure}ms`;
}
