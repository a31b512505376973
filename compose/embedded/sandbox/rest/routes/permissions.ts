import type { FastifyInstance } from "fastify";
import {
  createPermission,
  CreatePermission,
  deletePermission,
  DeletePermission,
  listAgents,
  ListAgents,
} from "../../operations/permissions.ts";
import { parse } from "../../operations/validation.ts";
import type { RouteContext } from "./context.ts";

export function permissionRoutes(app: FastifyInstance, path: string, context: RouteContext): void {
  const { instance, gate } = context;

  app.post(path, (request, reply) => {
    const agent = gate.agent(request);
    reply.code(201);
    return createPermission(instance, agent, parse("body", CreatePermission, request.body));
  });

  app.get(`${path}/get_resource_agents`, (request) => {
    const agent = gate.agent(request);
    const { count, rows } = listAgents(instance, agent, parse("query", ListAgents, request.query));
    return { count, permissions: rows };
  });

  // The platform does not look at what the path names.
  app.delete(`${path}/permission/:any`, (request, reply) => {
    const agent = gate.agent(request);
    deletePermission(instance, agent, parse("query", DeletePermission, request.query));
    return reply.code(204).send();
  });
}
