import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { setInputState } from "../../operations/node-state.ts";
import {
  createEdge,
  CreateEdge,
  getNode,
  listNodes,
  ListNodes,
  listNodesCost,
  patchNode,
  PatchNode,
} from "../../operations/nodes.ts";
import { parse, pathUuid } from "../../operations/validation.ts";
import type { RouteContext } from "./context.ts";

const SetState = z.object({ state: z.string().nullable() });

export function nodeRoutes(app: FastifyInstance, path: string, context: RouteContext): void {
  const { instance, gate } = context;

  app.get(`${path}/:uuid`, (request) =>
    getNode(instance, gate.agent(request), pathUuid(request.params)),
  );

  const cost = (query: object) => listNodesCost(instance, query);
  app.get(path, { config: { cost } }, (request) => {
    const agent = gate.agent(request);
    const { count, rows } = listNodes(instance, agent, parse("query", ListNodes, request.query));
    return { count, unit_nodes: rows };
  });

  app.patch(`${path}/:uuid`, (request) => {
    const agent = gate.agent(request);
    const given = parse("body", PatchNode, request.body);
    return patchNode(instance, agent, pathUuid(request.params), given);
  });

  app.patch(`${path}/set_state_input/:uuid`, (request) => {
    const agent = gate.agent(request);
    const { state } = parse("body", SetState, request.body);
    return setInputState(instance, agent, pathUuid(request.params), state);
  });

  app.post(`${path}/create_unit_node_edge`, (request, reply) => {
    const agent = gate.agent(request);
    reply.code(201);
    return createEdge(instance, agent, parse("body", CreateEdge, request.body));
  });
}
