import { type ArrivalKind, perSecOf, takenPerSec } from "./arrivals.ts";
import type { DeclaredTopic, DeclaredUnit, PipeRule } from "./declared-unit.ts";
import { meanBytes, shareWithin } from "./sizes.ts";

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

export type FlowAxis = "relay" | "store" | "base";

/** One topic: what it asks a second, and how its minutes vary. */
export interface Flow {
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

export function flowOf(unit: DeclaredUnit, topic: DeclaredTopic): Flow {
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
