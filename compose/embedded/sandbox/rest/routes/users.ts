import type { FastifyInstance } from "fastify";
import {
  createUser,
  CreateUser,
  Credentials,
  getUser,
  listUsers,
  ListUsers,
  patchUser,
  PatchUser,
  setBlocked,
  signIn,
} from "../../operations/users.ts";
import { parse, pathUuid } from "../../operations/validation.ts";
import type { RouteContext } from "./context.ts";

export function userRoutes(app: FastifyInstance, path: string, context: RouteContext): void {
  const { instance, gate } = context;

  app.post(path, async (request, reply) => {
    gate.only(request, "Bot");
    reply.code(201);
    return createUser(instance, parse("body", CreateUser, request.body));
  });

  app.post(`${path}/auth`, async (request) => {
    const agent = gate.agent(request);
    return { token: await signIn(instance, agent, parse("body", Credentials, request.body)) };
  });

  app.get(`${path}/:uuid`, (request) =>
    getUser(instance, gate.agent(request), pathUuid(request.params)),
  );

  app.get(path, (request) => {
    const agent = gate.agent(request);
    const { count, rows } = listUsers(instance, agent, parse("query", ListUsers, request.query));
    return { count, users: rows };
  });

  app.patch(`${path}/:uuid`, (request) =>
    patchUser(instance, gate.agent(request), parse("body", PatchUser, request.body)),
  );

  for (const isBlocked of [true, false]) {
    app.patch(`${path}/${isBlocked ? "block" : "unblock"}/:uuid`, (request, reply) => {
      setBlocked(instance, gate.agent(request), pathUuid(request.params), isBlocked);
      return reply.code(204).send();
    });
  }
}
