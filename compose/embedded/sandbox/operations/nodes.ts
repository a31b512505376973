import { z } from "zod";
import { naiveIso } from "../clock.ts";
import { canSee, isMoreOpen, requireCreator, seen } from "../platform/access.ts";
import type { Agent } from "../platform/agent.ts";
import * as platform from "../platform/edges.ts";
import type { Instance } from "../platform/instance.ts";
import { existing, Refusal } from "../platform/refusal.ts";
import { hasSuffix } from "../platform/topics.ts";
import { allows, listQuery, matchesSearch, type Page, pageOf, rowCost, sorted } from "./listing.ts";
import { givenFields, queryList } from "./validation.ts";
import { type EdgeRow, type NodeRow, Visibility } from "../state/rows.ts";
import { only, onlyUser } from "./agents.ts";
import { requirePipes } from "./pipe-config.ts";

export const PatchNode = z.object({
  visibility_level: Visibility.nullish(),
  is_rewritable_input: z.boolean().nullish(),
  is_data_pipe_active: z.boolean().nullish(),
  max_connections: z.int().nullish(),
});
export const ListNodes = z.object({
  ...listQuery,
  uuids: queryList(z.guid()).optional(),
  unit_uuid: z.guid().optional(),
  type: queryList(z.enum(["Output", "Input"])).optional(),
  visibility_level: queryList(Visibility).optional(),
  output_uuid: z.guid().optional(),
});
export type ListNodes = z.infer<typeof ListNodes>;
export const CreateEdge = z.object({ node_output_uuid: z.guid(), node_input_uuid: z.guid() });

/** The platform fails on an unknown node instead of refusing it. */
export function getNode({ db }: Instance, agent: Agent, uuid: string): NodeRow {
  const reader = only(agent, "Bot", "User", "Unit");
  const row = db.nodes.get(uuid);
  if (row === undefined) throw new Error("no such unit node");
  return seen(db, reader, { type: "UnitNode", row });
}

export function listNodes({ db }: Instance, agent: Agent, query: ListNodes): Page<NodeRow> {
  const reader = only(agent, "Bot", "User", "Unit");
  const { output_uuid: output, unit_uuid: unit } = query;
  const linked =
    output === undefined ? undefined : db.edgesByOutput(output).map((edge) => edge.node_input_uuid);
  const candidates = unit === undefined ? [...db.nodes.all()] : db.nodesByUnit(unit);
  const found = candidates.filter(
    (row) =>
      allows(query.uuids, row.uuid) &&
      allows(query.type, row.type) &&
      allows(query.visibility_level, row.visibility_level) &&
      allows(linked, row.uuid) &&
      canSee(db, reader, { type: "UnitNode", row }) &&
      matchesSearch(query.search_string, row.topic_name),
  );
  const order = query.order_by_create_date;
  return pageOf(sorted(found, { order, by: (row) => row.create_datetime }), query);
}

/** What a list costs: without a limit the server makes every node that it has into an answer. */
export function listNodesCost(
  { db }: Instance,
  query: { uuids?: unknown; unit_uuid?: unknown; limit?: unknown },
): number {
  const isShort = query.uuids !== undefined || query.unit_uuid !== undefined;
  return isShort ? 1 : rowCost(db.nodes.size, query.limit);
}

export function patchNode(
  instance: Instance,
  agent: Agent,
  uuid: string,
  given: z.infer<typeof PatchNode>,
): NodeRow {
  const { db, clock } = instance;
  const user = only(agent, "User");
  const node = existing(db.nodes.get(uuid));
  requireCreator(user, node);
  const change = givenFields(given);
  checkPatch(instance, node, change);
  const put: NodeRow = { ...node, ...change, last_update_datetime: naiveIso(clock.wallMs()) };
  db.commit({ table: "nodes", put });
  if (change.is_data_pipe_active !== undefined) instance.announcePipe();
  return put;
}

function checkPatch(instance: Instance, node: NodeRow, change: Partial<NodeRow>): void {
  const parent = existing(instance.db.units.get(node.unit_uuid)).visibility_level;
  if (change.visibility_level && isMoreOpen(change.visibility_level, parent)) {
    throw new Refusal("node", "Visibility level must not be more open than that of the unit");
  }
  if (change.is_rewritable_input !== undefined && node.type !== "Input") {
    throw new Refusal("node", "Only an Input can be rewritable");
  }
  if (change.max_connections !== undefined && change.max_connections < 1) {
    throw new Refusal("node", "Maximum number of connections must be at least 1");
  }
  if (change.is_data_pipe_active === true) {
    requirePipes(instance);
    if (!hasSuffix(node.topic_name)) {
      throw new Refusal("node", "Data pipe needs a topic that ends with /pepeunit");
    }
  }
}

/** Links two nodes that the user can see. */
export function createEdge(
  instance: Instance,
  agent: Agent,
  given: z.infer<typeof CreateEdge>,
): EdgeRow {
  onlyUser(agent);
  const visible = (uuid: string) => {
    const row = existing(instance.db.nodes.get(uuid));
    return seen(instance.db, agent, { type: "UnitNode", row });
  };
  const output = visible(given.node_output_uuid);
  return platform.createEdge(instance, output, visible(given.node_input_uuid));
}

/** Takes a link away and tells the consumer so; only the creator of one of its ends may. */
export function deleteEdge(
  instance: Instance,
  agent: Agent,
  { input_uuid: input, output_uuid: output }: { input_uuid: string; output_uuid: string },
): void {
  const { db } = instance;
  const user = onlyUser(agent);
  const edge = existing(db.edgesByOutput(output).find((each) => each.node_input_uuid === input));
  const consumer = existing(db.nodes.get(input));
  const creators = [consumer.creator_uuid, db.nodes.get(output)?.creator_uuid];
  if (!creators.includes(user.uuid)) {
    throw new Refusal("access", "Only the creator can do this");
  }
  db.commit({ table: "edges", drop: edge.uuid });
  instance.sendCommand(existing(db.units.get(consumer.unit_uuid)), "SchemaUpdate");
}
