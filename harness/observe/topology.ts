import { inParallel } from "../platform/parallel.ts";
import { allPages, type PlatformSession } from "../platform/session.ts";
import type { UnitNode } from "../platform/answers.ts";
import type { KnownNode, Topology } from "./topic-place.ts";

export interface DiscoveredTopology extends Topology {
  /** Node uuids with whether backend and DataPipe hear them (`/pepeunit` at the end). */
  readonly nodeUuids: readonly { readonly uuid: string; readonly hasSuffix: boolean }[];
  /** Units that the login created. */
  readonly ownUnits: readonly string[];
}

/** Edges cost a request each: beyond this many Outputs they are left unknown. */
const MAX_EDGE_QUESTIONS = 500;
/** nginx lets a public address ask five times a second. */
const AT_ONCE = 4;

/** Units, their nodes and edges, as far as the login may see them. */
export async function discover(session: PlatformSession): Promise<DiscoveredTopology> {
  const units = await allPages(async ({ offset, limit }) => {
    const query = { offset, limit, is_include_output_unit_nodes: true };
    return (await session.units.list(query)).units;
  });
  const repoByUnit = new Map(units.map(({ uuid, repo_uuid }) => [uuid, repo_uuid]));
  const all = units.flatMap(({ unit_nodes }) => unit_nodes);
  const edges = await edgesOf(session, all);
  const nodes = new Map(
    all.map((node): [string, KnownNode] => {
      const found = edges.get(node.uuid);
      const known: KnownNode = {
        unit: node.unit_uuid,
        side: node.type === "Input" ? "input" : "output",
        repo: repoByUnit.get(node.unit_uuid) ?? "",
        topicName: node.topic_name,
      };
      return [node.uuid, found === undefined ? known : { ...known, edges: found }];
    }),
  );
  const nodeUuids = all.map(({ uuid, topic_name }) => ({
    uuid,
    hasSuffix: topic_name.endsWith("/pepeunit"),
  }));
  const own = units.filter(({ creator_uuid }) => creator_uuid === session.userUuid);
  return { nodes, repoByUnit, nodeUuids, ownUnits: own.map(({ uuid }) => uuid) };
}

async function edgesOf(session: PlatformSession, nodes: readonly UnitNode[]) {
  const outputs = nodes.filter(({ type }) => type === "Output");
  const edges = new Map<string, number>();
  if (outputs.length > MAX_EDGE_QUESTIONS) return edges;
  await inParallel(outputs, AT_ONCE, async ({ uuid }) => {
    const { count } = await session.unitNodes({ output_uuid: uuid, limit: 1 });
    edges.set(uuid, count);
  });
  return edges;
}

/** What one Unit may subscribe to: each node by itself, since wildcards are refused to it. */
export const nodeTopics = (domain: string, { nodeUuids }: DiscoveredTopology): string[] =>
  nodeUuids.map(({ uuid, hasSuffix }) => `${domain}/${uuid}${hasSuffix ? "/pepeunit" : ""}`);

/** All that Units say and hear, for the Backend's token alone. */
export const backendFilters = (domain: string): string[] => [
  `${domain}/+/pepeunit`,
  `${domain}/+`,
  `${domain}/+/+/+/pepeunit`,
];
