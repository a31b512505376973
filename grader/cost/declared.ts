import type { CostVector, UnitCost } from "../contracts/cost.ts";
import { type ArrivalKind, minuteCount, perSecOf, takenPerSec } from "./arrivals.ts";
import { meanBytes, shareWithin, type SizeKind } from "./sizes.ts";
import { RENEWAL_SEC, vectorOf } from "./vector.ts";

/** The vector of one Unit from what a profile declares. Times in milliseconds. */

export type TopicArrivals =
  | ArrivalKind
  | { readonly kind: "follows"; readonly topic: string; readonly chance: number };

export interface PipeRule {
  readonly maxRate: number;
  readonly maxBytes: number;
  readonly unique: boolean;
}

export interface DeclaredTopic {
  readonly role: "output" | "input" | "state" | "log";
  readonly name: string;
  readonly when?: TopicArrivals | undefined;
  readonly bytes?: SizeKind | undefined;
  readonly qos: 0 | 1 | 2;
  readonly perConnect: number;
  readonly dayShape?: readonly number[] | undefined;
  readonly changeRatio?: number | undefined;
  readonly fanOut?: number | undefined;
  readonly links?: number | undefined;
  readonly stored?: "default" | "never" | PipeRule | undefined;
}

export interface DeclaredUnit {
  readonly session: {
    readonly keepAlive: number;
    readonly connectedRatio: number;
    readonly reconnect?: { readonly every: number } | undefined;
  };
  readonly commands: readonly { readonly every?: number | undefined; readonly calls: number }[];
  readonly topics: readonly DeclaredTopic[];
  readonly api: readonly { readonly every: number }[];
}

/** What each new node is given by the platform: LastValue, one record each 5 s, up to 100 bytes. */
const DEFAULT_RULE: PipeRule = { maxRate: 5000, maxBytes: 100, unique: false };

/** A state sooner than this after the last is dropped before any work. */
const STATE_GAP_MS = 60_000;

/** Length of a topic on a 16-character domain, bytes. */
const NODE_TOPIC_BYTES = 62;
const BASE_TOPIC_BYTES = 86;

/**
 * Backend work of a log entry, in state messages. Measured ratios belong here; until there are any,
 * both count alike, which the Base axis' own mix of ten to one does too.
 */
export const LOG_PER_STATE = 1;

export function declaredCost(unit: DeclaredUnit): UnitCost {
  const flows = unit.topics.map((topic) => flowOf(unit, topic));
  const { connectedRatio } = unit.session;
  const api = apiPerSec(unit);
  const sum = (one: (flow: Flow) => number) =>
    connectedRatio * flows.reduce((total, flow) => total + one(flow), 0);
  const mean: CostVector = {
    link: connectedRatio,
    relay: sum(({ load }) => load.relay),
    store: sum(({ load }) => load.store),
    base: sum(({ load }) => load.base),
    api: api.calls + api.renewals,
  };
  const p95 = vectorOf((axis) => {
    // A session is there or not, and renewals come at their own pace.
    if (axis === "link") return 1;
    if (axis === "api") return upper(api.calls * 60, api.calls * 60) / 60 + api.renewals;
    return upper(mean[axis] * 60, minuteVariance(flows, axis)) / 60;
  });
  return {
    mean,
    p95,
    bytesPerSec:
      sum(({ wireBytes }) => wireBytes) + (2000 * connectedRatio) / unit.session.keepAlive,
    storedBytesPerSec: sum(({ storedBytes }) => storedBytes),
  };
}

type FlowAxis = "relay" | "store" | "base";

/** One topic: what it asks a second, and how its minutes vary. */
interface Flow {
  readonly topic: DeclaredTopic;
  readonly perSec: number;
  /** The process behind it, its own or its leader's. */
  readonly source: ArrivalKind | undefined;
  readonly leader: string;
  readonly chance: number;
  readonly load: Readonly<Record<FlowAxis, number>>;
  readonly wireBytes: number;
  readonly storedBytes: number;
}

function flowOf(unit: DeclaredUnit, topic: DeclaredTopic): Flow {
  const { source, leader, chance } = sourceOf(unit, topic);
  const { reconnect } = unit.session;
  const atConnect = reconnect === undefined ? 0 : (1000 * topic.perConnect) / reconnect.every;
  const flowing = source === undefined ? 0 : perSecOf(source) * chance;
  const perSec = flowing + atConnect;
  const store = storedPerSec(topic, source, chance);
  const bytes = topic.bytes === undefined ? 0 : meanBytes(topic.bytes);
  const sent = topic.role === "input" ? 0 : perSec;
  return {
    topic,
    perSec,
    source,
    leader,
    chance,
    load: {
      relay: topic.role === "output" ? perSec * (topic.fanOut ?? 1) : 0,
      store,
      base:
        basePerSec(topic, source, chance) + (topic.role === "log" ? atConnect * LOG_PER_STATE : 0),
    },
    wireBytes: sent * packetBytes(topic, bytes),
    storedBytes: store * bytes,
  };
}

function sourceOf({ topics }: DeclaredUnit, topic: DeclaredTopic) {
  const own = `${topic.role} ${topic.name}`;
  const { when } = topic;
  if (when === undefined) return { source: undefined, leader: own, chance: 1 };
  if (when.kind !== "follows") return { source: when, leader: own, chance: 1 };
  const found = topics.find((other) => other !== topic && other.name === when.topic);
  const source = found?.when?.kind === "follows" ? undefined : found?.when;
  return { source, leader: `${found?.role} ${when.topic}`, chance: when.chance };
}

function storedPerSec(topic: DeclaredTopic, source: ArrivalKind | undefined, chance: number) {
  const { role, stored, bytes } = topic;
  if (role === "state" || role === "log" || source === undefined || stored === "never") return 0;
  // A topic without this ending is never seen by the DataPipe.
  if (!topic.name.endsWith("/pepeunit")) return 0;
  const rule = stored === "default" || stored === undefined ? DEFAULT_RULE : stored;
  const taken = takenPerSec(source, rule.maxRate, chance);
  const changing = rule.unique ? perSecOf(source) * chance * (topic.changeRatio ?? 1) : Infinity;
  return Math.min(taken, changing) * (bytes === undefined ? 1 : shareWithin(bytes, rule.maxBytes));
}

function basePerSec({ role }: DeclaredTopic, source: ArrivalKind | undefined, chance: number) {
  if (source === undefined) return 0;
  if (role === "state") return takenPerSec(source, STATE_GAP_MS, chance);
  return role === "log" ? perSecOf(source) * chance * LOG_PER_STATE : 0;
}

/** A PUBLISH: two bytes of head, two of topic length, and at QoS 1 and 2 an id. */
function packetBytes({ role, qos }: DeclaredTopic, payload: number): number {
  const topicBytes = role === "output" ? NODE_TOPIC_BYTES : BASE_TOPIC_BYTES;
  return 4 + topicBytes + payload + (qos === 0 ? 0 : 2);
}

function apiPerSec({ session, commands, topics, api }: DeclaredUnit) {
  const subscriptions = topics.map(({ role, links = 0 }) => (role === "input" ? 1 + links : 0));
  const published = topics.filter(({ role }) => role !== "input").length;
  const authorised = subscriptions.reduce((sum, one) => sum + one, commands.length + published);
  const connectsPerSec = session.reconnect === undefined ? 0 : 1000 / session.reconnect.every;
  const commanded = commands.reduce(
    (sum, { every, calls }) => sum + (every === undefined ? 0 : (1000 * calls) / every),
    0,
  );
  return {
    calls: session.connectedRatio * api.reduce((sum, { every }) => sum + 1000 / every, commanded),
    renewals: session.connectedRatio * authorised * (1 / RENEWAL_SEC + connectsPerSec),
  };
}

/**
 * Variance of an axis' minutes. Topics of one cycle rise together, so their weights add before they
 * are squared; whether each follower comes is drawn apart.
 */
function minuteVariance(flows: readonly Flow[], axis: FlowAxis): number {
  const weights = new Map<string, { weight: number; source: ArrivalKind; shape: number }>();
  let apart = 0;
  for (const { topic, source, leader, chance, perSec, load } of flows) {
    if (source === undefined || perSec === 0) continue;
    const weight = load[axis] / perSec;
    const known = weights.get(leader) ?? { weight: 0, source, shape: 0 };
    const shape = Math.max(known.shape, shapeVariance(topic.dayShape));
    weights.set(leader, { weight: known.weight + weight * chance, source, shape });
    apart += minuteCount(source).mean * chance * (1 - chance) * weight ** 2;
  }
  return [...weights.values()].reduce((sum, { weight, source, shape }) => {
    const { mean, variance } = minuteCount(source);
    return sum + weight ** 2 * (variance + mean ** 2 * shape);
  }, apart);
}

/** Relative variance of the hours of a day. */
function shapeVariance(dayShape: readonly number[] | undefined): number {
  if (dayShape === undefined) return 0;
  const mean = dayShape.reduce((sum, weight) => sum + weight, 0) / dayShape.length;
  if (mean === 0) return 0;
  return dayShape.reduce((sum, weight) => sum + (weight / mean - 1) ** 2, 0) / dayShape.length;
}

/** 95th percentile of a count with this mean and variance, by the normal distribution. */
const upper = (mean: number, variance: number): number => mean + 1.645 * Math.sqrt(variance);
