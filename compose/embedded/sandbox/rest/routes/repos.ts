import type { FastifyInstance } from "fastify";
import {
  createRepo,
  CreateRepo,
  deleteRepo,
  getRepo,
  listRepos,
  ListRepos,
  patchRepo,
  PatchRepo,
  repoVersions,
} from "../../operations/repos.ts";
import { parse, pathUuid } from "../../operations/validation.ts";
import type { RouteContext } from "./context.ts";

export function repoRoutes(app: FastifyInstance, path: string, context: RouteContext): void {
  const { instance, gate } = context;

  app.post(path, (request, reply) => {
    const agent = gate.agent(request);
    reply.code(201);
    return createRepo(instance, agent, parse("body", CreateRepo, request.body));
  });

  app.get(`${path}/:uuid`, (request) =>
    getRepo(instance, gate.agent(request), pathUuid(request.params)),
  );

  app.get(path, (request) => {
    const agent = gate.agent(request);
    const { count, rows } = listRepos(instance, agent, parse("query", ListRepos, request.query));
    return { count, repos: rows };
  });

  app.get(`${path}/versions/:uuid`, (request) =>
    repoVersions(instance, gate.agent(request), pathUuid(request.params)),
  );

  app.patch(`${path}/:uuid`, (request) => {
    const agent = gate.agent(request);
    const given = parse("body", PatchRepo, request.body);
    return patchRepo(instance, agent, pathUuid(request.params), given);
  });

  app.delete(`${path}/:uuid`, (request, reply) => {
    deleteRepo(instance, gate.agent(request), pathUuid(request.params));
    return reply.code(204).send();
  });
}
