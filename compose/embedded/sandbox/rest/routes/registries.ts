import type { FastifyInstance } from "fastify";
import {
  branchCommits,
  createRegistry,
  CreateRegistry,
  deleteRegistry,
  getRegistry,
  ListCommits,
  listRegistries,
  ListRegistries,
} from "../../operations/registries.ts";
import { parse, pathUuid } from "../../operations/validation.ts";
import type { RouteContext } from "./context.ts";

export function registryRoutes(app: FastifyInstance, path: string, context: RouteContext): void {
  const { instance, gate } = context;

  app.post(path, (request, reply) => {
    const agent = gate.agent(request);
    reply.code(201);
    return createRegistry(instance, agent, parse("body", CreateRegistry, request.body));
  });

  app.get(`${path}/:uuid`, (request) =>
    getRegistry(instance, gate.agent(request), pathUuid(request.params)),
  );

  app.get(path, (request) => {
    const agent = gate.agent(request);
    const query = parse("query", ListRegistries, request.query);
    const { count, rows } = listRegistries(instance, agent, query);
    return { count, repositories_registry: rows };
  });

  app.get(`${path}/branch_commits/:uuid`, (request) => {
    const agent = gate.agent(request);
    const query = parse("query", ListCommits, request.query);
    return branchCommits(instance, agent, pathUuid(request.params), query);
  });

  app.delete(`${path}/:uuid`, (request, reply) => {
    deleteRegistry(instance, gate.agent(request), pathUuid(request.params));
    return reply.code(204).send();
  });
}
