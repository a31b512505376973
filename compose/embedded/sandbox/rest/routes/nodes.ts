import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { naiveIso } from "../../clock.ts";
import { canSee, isMoreOpen, requireCreator, seen } from "../../platform/access.ts";
import { createEdge } from "../../platform/edges.ts";
import { existing, Refusal } from "../../platform/refusal.ts";
import { requirePipes } from "../../operations/pipe-config.ts";
import { setInputState } from "../../operations/node-state.ts";
import { hasSuffix } from "../../platform/topics.ts";
import { type NodeRow, Visibility } from "../../state/rows.ts";
import { allows, listQuery, matchesSearch, page, sorted } from "../listing.ts";
import { givenFields, parse, pathUuid, queryList } from "../validation.ts";
import type { RouteContext } from "./context.ts";

const PatchNode = z.object({
  visibility_level: Visibility.nullish(),
  is_rewritable_input: z.boolean().nullish(),
  is_data_pipe_active: z.boolean().nullish(),
  max_connections: z.int().nullish(),
});
const ListNodes = z.object({
  ...listQuery,
  uuids: queryList(z.guid()).optional(),
  unit_uuid: z.guid().optional(),
  type: queryList(z.enum(["Output", "Input"])).optional(),
  visibility_level: queryList(Visibility).optional(),
  output_uuid: z.guid().optional(),
});
const SetState = z.object({ state: z.string().nullable() });
const CreateEdge = z.object({ node_output_uuid: z.guid(), node_input_uuid: z.guid() });

export function nodeRoutes(app: FastifyInstance, path: string, context: RouteContext): void {
  const { instance, gate } = context;
  const { db, clock } = instance;

  const checkPatch = (node: NodeRow, change: Partial<NodeRow>) => {
    const parent = existing(db.units.get(node.unit_uuid)).visibility_level;
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
  };

  app.get(`${path}/:uuid`, (request) => {
    const agent = gate.only(request, "Bot", "User", "Unit");
    const row = db.nodes.get(pathUuid(request.params));
    // The platform fails on an unknown node instead of refusing it.
    if (row === undefined) throw new Error("no such unit node");
    return seen(db, agent, { type: "UnitNode", row });
  });

  app.get(path, (request) => {
    const agent = gate.only(request, "Bot", "User", "Unit");
    const query = parse("query", ListNodes, request.query);
    const { output_uuid: output } = query;
    const linked =
      output === undefined
        ? undefined
        : db.edgesByOutput(output).map((edge) => edge.node_input_uuid);
    const candidates =
      query.unit_uuid === undefined ? [...db.nodes.all()] : db.nodesByUnit(query.unit_uuid);
    const found = candidates.filter(
      (row) =>
        allows(query.uuids, row.uuid) &&
        allows(query.type, row.type) &&
        allows(query.visibility_level, row.visibility_level) &&
        allows(linked, row.uuid) &&
        canSee(db, agent, { type: "UnitNode", row }) &&
        matchesSearch(query.search_string, row.topic_name),
    );
    const rows = sorted(found, {
      order: query.order_by_create_date,
      by: (row) => row.create_datetime,
    });
    return { count: rows.length, unit_nodes: page(rows, query) };
  });

  app.patch(`${path}/:uuid`, (request) => {
    const agent = gate.only(request, "User");
    const node = existing(db.nodes.get(pathUuid(request.params)));
    requireCreator(agent, node);
    const change = givenFields(parse("body", PatchNode, request.body));
    checkPatch(node, change);
    const put: NodeRow = { ...node, ...change, last_update_datetime: naiveIso(clock.wallMs()) };
    db.commit({ table: "nodes", put });
    if (change.is_data_pipe_active !== undefined) instance.announcePipe();
    return put;
  });

  app.patch(`${path}/set_state_input/:uuid`, (request) => {
    const node = existing(db.nodes.get(pathUuid(request.params)));
    const { state } = parse("body", SetState, request.body);
    return setInputState(instance, gate.agent(request), node, state);
  });

  app.post(`${path}/create_unit_node_edge`, (request, reply) => {
    const user = gate.user(request);
    const given = parse("body", CreateEdge, request.body);
    const [output, input] = [given.node_output_uuid, given.node_input_uuid].map((uuid) =>
      seen(db, { type: "User", user }, { type: "UnitNode", row: existing(db.nodes.get(uuid)) }),
    );
    reply.code(201);
    return createEdge(instance, existing(output), existing(input));
  });
}
