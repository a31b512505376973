import { createHash } from "node:crypto";

/** What a topic is for, as far as its name and the instance's topology tell. */
export interface TopicPlace {
  /** Same for all Units of a kind: `state`, `log`, `command/update`, `current_temp`, … */
  readonly role: string;
  readonly unit: string;
  readonly node: string;
  readonly repo: string;
  /** Whether the Unit is told by it or tells; undefined where nothing says so. */
  readonly side?: Side;
  /** Consumers linked to it by edges; undefined where nothing tells. */
  readonly edges?: number;
}

export type Side = "input" | "output";

const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const BASE = new RegExp(`^[^/]+/(input|output)_base_topic/(${UUID})/([^/]+)(?:/pepeunit)?$`, "i");
const NODE = new RegExp(`^[^/]+/(${UUID})(?:/pepeunit)?$`, "i");

/** What the instance's API says of a node. */
export interface KnownNode {
  readonly unit: string;
  readonly repo: string;
  /** `current_temp/pepeunit` as in the Unit's schema. */
  readonly topicName: string;
  readonly side: Side;
  readonly edges?: number;
}

export interface Topology {
  readonly nodes: ReadonlyMap<string, KnownNode>;
  readonly repoByUnit: ReadonlyMap<string, string>;
}

export const NO_TOPOLOGY: Topology = { nodes: new Map(), repoByUnit: new Map() };

const withoutSuffix = (name: string): string => name.replace(/\/pepeunit$/, "");

/** The place of a topic of an instance, or of one on a bare broker: its last level is the role. */
export function placeOf(topic: string, { nodes, repoByUnit }: Topology): TopicPlace {
  const base = BASE.exec(topic);
  if (base !== null) {
    const [, side = "", unit = "", name = ""] = base;
    const role = side === "input" ? `command/${name}` : name;
    const repo = repoByUnit.get(unit) ?? "";
    return { role, unit, node: role, repo, side: side === "input" ? "input" : "output" };
  }
  const node = NODE.exec(topic)?.[1];
  if (node === undefined) return barePlace(topic);
  const known = nodes.get(node);
  if (known === undefined) return { role: "node", unit: node, node, repo: "" };
  const { unit, repo, topicName, side, edges } = known;
  const place = { role: withoutSuffix(topicName), unit, node, repo, side };
  return edges === undefined ? place : { ...place, edges };
}

function barePlace(topic: string): TopicPlace {
  const at = topic.lastIndexOf("/");
  if (at < 0) return { role: "topic", unit: topic, node: topic, repo: "" };
  return { role: topic.slice(at + 1), unit: topic.slice(0, at), node: topic, repo: "" };
}

/** Names that a recording may carry to strangers: the same for the same name, and no way back. */
export const stableHash = (where: string, name: string): string =>
  createHash("sha256").update(`${where}\n${name}`).digest("hex").slice(0, 10);

/** Roles that every instance has; no person chose them, so they may be told. */
const COMMON = /^(?:state|log|node|topic|command\/(?:update|env_update|schema_update|log_sync))$/;

/** The place with everything a person named replaced by a hash. */
export function anonymous(where: string, place: TopicPlace): TopicPlace {
  const hide = (name: string) => (name === "" ? "" : stableHash(where, name));
  const { role, unit, node, repo } = place;
  return {
    ...place,
    role: COMMON.test(role) ? role : `role-${hide(role)}`,
    unit: hide(unit),
    node: COMMON.test(node) ? node : hide(node),
    repo: hide(repo),
  };
}
