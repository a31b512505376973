import { LoadstoneError } from "../errors.ts";
import type { Clock } from "../load/clock.ts";
import type { Unit, UnitEnv, UnitNode, UnitSchema } from "./answers.ts";
import { cutStrangers } from "./earlier-units.ts";
import { makeOnce } from "./make-once.ts";
import type { Manifest } from "./manifest.ts";
import type { RunNames } from "./names.ts";
import { inParallel } from "./parallel.ts";
import { isTaken } from "./refusal.ts";
import { PAGE_SIZE, type PlatformSession, type Visibility } from "./session.ts";

/** A Unit made for the run, with all a client needs to play it. */
export interface FleetUnit {
  readonly index: number;
  readonly uuid: string;
  readonly name: string;
  /** Secret: the Unit's JWT, its MQTT user name. */
  readonly token: string;
  /** Where it publishes. */
  readonly outputTopic: string;
  /** What its schema tells it to subscribe to: its own Input and the partner's Output. */
  readonly listenTopics: readonly string[];
  readonly commandTopics: readonly string[];
  readonly stateTopic: string;
  readonly logTopic: string;
  readonly outputNodeUuid: string;
  readonly inputNodeUuid: string;
  /** Index of the Unit that listens to this one and that this one listens to. */
  readonly partner: number;
}

export interface Broker {
  readonly host: string;
  readonly port: number;
  /** First segment of every topic. */
  readonly domain: string;
}

export interface Growth {
  readonly session: PlatformSession;
  /** Who the Units are spread over; none where all belong to who signed in. */
  readonly owners: readonly PlatformSession[];
  readonly manifest: Manifest;
  readonly names: RunNames;
  readonly repoUuid: string;
  /** Units of an earlier run by their names, with their nodes. */
  readonly known: ReadonlyMap<string, Unit>;
  readonly visibility: Visibility;
  readonly concurrency: number;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  readonly log: (line: string) => void;
}

/** A created Unit with the two nodes its edges use, and all that it can be told by. */
export interface Wired {
  readonly index: number;
  readonly unit: Unit;
  readonly output: UnitNode;
  readonly input: UnitNode;
  readonly inputs: readonly UnitNode[];
}

/** Creates the Units of these indexes; one that an earlier, failed attempt left is taken over. */
export function createUnits(
  growth: Growth,
  indexes: readonly number[],
  onEach: () => void,
): Promise<Unit[]> {
  return inParallel(indexes, growth.concurrency, async (index) => {
    const unit = await createUnit(growth, index);
    onEach();
    return unit;
  });
}

/** Who may read and change a Unit; a new one's pair goes to the next owner in turn. */
function ownerOf({ session, owners }: Growth, index: number, unit?: Unit): PlatformSession {
  const creator = unit?.creator_uuid ?? undefined;
  if (creator !== undefined) return owners.find((one) => one.userUuid === creator) ?? session;
  return owners[Math.floor(index / 2) % owners.length] ?? session;
}

async function createUnit(growth: Growth, index: number): Promise<Unit> {
  const { manifest, repoUuid: repo_uuid } = growth;
  const name = growth.names.unit(index);
  const session = ownerOf(growth, index);
  const known = growth.known.get(name);
  if (known !== undefined) return known;
  await manifest.intend("unit", name);
  const visibility_level = growth.visibility;
  const wanted = { repo_uuid, visibility_level, name, is_auto_update_from_repo_unit: true };
  const unit = await makeOnce({
    make: () => session.units.create(wanted),
    find: () => unitNamed(session, repo_uuid, name),
    clock: growth.clock,
    signal: growth.signal,
  });
  await manifest.made("unit", name, unit.uuid);
  return unit;
}

async function unitNamed(session: PlatformSession, repo_uuid: string, name: string) {
  const { units } = await session.units.list({ repo_uuid, search_string: name });
  return units.find((unit) => unit.name === name);
}

/** Finds the nodes of new Units, a page of the repo's newest at a time. */
export async function wireUnits(
  { session, repoUuid, known }: Growth,
  units: readonly Unit[],
  firstIndex: number,
): Promise<Wired[]> {
  const wanted = new Set(units.map(({ uuid }) => uuid));
  const nodes = new Map<string, readonly UnitNode[]>();
  for (const { uuid, unit_nodes } of known.values()) {
    if (wanted.has(uuid)) nodes.set(uuid, unit_nodes);
  }
  for (let offset = 0; nodes.size < wanted.size; offset += PAGE_SIZE) {
    const page = await session.units.list({
      repo_uuid: repoUuid,
      is_include_output_unit_nodes: true,
      order_by_create_date: "desc",
      offset,
      limit: PAGE_SIZE,
    });
    for (const one of page.units) if (wanted.has(one.uuid)) nodes.set(one.uuid, one.unit_nodes);
    if (page.units.length < PAGE_SIZE) break;
  }
  return units.map((unit, at) => {
    const own = nodes.get(unit.uuid) ?? [];
    return {
      index: firstIndex + at,
      unit,
      output: nodeOf(own, "Output"),
      input: nodeOf(own, "Input"),
      inputs: own.filter(({ type }) => type === "Input"),
    };
  });
}

const rank = ({ topic_name }: UnitNode) =>
  `${topic_name.endsWith("/pepeunit") ? 0 : 1}${topic_name}`;

/** The first node of a kind by topic name; those DataPipe can store come before the rest. */
function nodeOf(nodes: readonly UnitNode[], type: "Output" | "Input"): UnitNode {
  const [first] = nodes
    .filter((node) => node.type === type)
    .sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  if (first !== undefined) return first;
  throw new LoadstoneError("PROVISIONING_FAILED", `The repository's Units have no ${type} node.`, {
    hint: "Use a repository whose schema_example.json names an input_topic and an output_topic.",
  });
}

/** Links the Units in pairs, both ways; pairs never change as the fleet grows. */
export async function linkPairs(growth: Growth, wired: readonly Wired[], onEach: () => void) {
  const byIndex = new Map(wired.map((one) => [one.index, one]));
  await inParallel(wired, growth.concurrency, async ({ index, unit, output }) => {
    const listener = byIndex.get(partnerOf(index));
    if (listener === undefined) throw new Error(`Unit ${index} has no partner in its growth.`);
    const session = ownerOf(growth, index, unit);
    await makeOnce({
      make: () => session.createEdge(output.uuid, listener.input.uuid).then(() => true),
      find: async (error) => (isTaken(error) ? true : undefined),
      clock: growth.clock,
      signal: growth.signal,
    });
    onEach();
  });
}

/** 0 and 1, 2 and 3, … are partners. */
const partnerOf = (index: number): number => index ^ 1;

/** Reads token and topics of linked Units, as a Unit itself would. */
export function readUnits(growth: Growth, wired: readonly Wired[], onEach: () => void) {
  const byIndex = new Map(wired.map((one) => [one.index, one]));
  return inParallel(wired, growth.concurrency, async (one) => {
    const session = ownerOf(growth, one.index, one.unit);
    const env = await session.units.env(one.unit.uuid);
    const read = () => session.units.currentSchema(one.unit.uuid);
    const partner = byIndex.get(partnerOf(one.index))?.output.uuid;
    const first = await read();
    const cut = await cutStrangers({ session, log: growth.log }, one, { schema: first, partner });
    const schema = cut === 0 ? first : await read();
    const broker: Broker = {
      host: env.PU_MQTT_HOST,
      port: env.PU_MQTT_PORT,
      domain: env.PU_DOMAIN,
    };
    onEach();
    return { unit: fleetUnit(one, env, schema), broker };
  });
}

function fleetUnit(
  { index, unit, output, input }: Wired,
  env: UnitEnv,
  schema: UnitSchema,
): FleetUnit {
  const [outputTopic] = schema.output_topic[output.topic_name] ?? [];
  if (outputTopic === undefined) {
    throw new LoadstoneError(
      "TARGET_ANSWER_INVALID",
      `Schema of Unit ${unit.name}: output_topic.${output.topic_name}: names no topic`,
    );
  }
  // An older repository may not list both; the backend listens to them all the same.
  const telemetryTopic = (name: "state" | "log") =>
    schema.output_base_topic[`${name}/pepeunit`]?.[0] ??
    `${env.PU_DOMAIN}/output_base_topic/${unit.uuid}/${name}/pepeunit`;
  return {
    index,
    uuid: unit.uuid,
    name: unit.name,
    token: env.PU_AUTH_TOKEN,
    outputTopic,
    listenTopics: Object.values(schema.input_topic).flat(),
    commandTopics: Object.values(schema.input_base_topic).flat(),
    stateTopic: telemetryTopic("state"),
    logTopic: telemetryTopic("log"),
    outputNodeUuid: output.uuid,
    inputNodeUuid: input.uuid,
    partner: partnerOf(index),
  };
}
