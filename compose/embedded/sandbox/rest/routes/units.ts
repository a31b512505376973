import type { FastifyInstance } from "fastify";
import {
  createUnit,
  CreateUnit,
  deleteUnit,
  getUnit,
  listUnits,
  ListUnits,
  listUnitsCost,
  patchUnit,
  PatchUnit,
} from "../../operations/units.ts";
import { parse, pathUuid } from "../../operations/validation.ts";
import type { RouteContext } from "./context.ts";

export function unitRoutes(app: FastifyInstance, path: string, context: RouteContext): void {
  const { instance, gate } = context;

  app.post(path, (request, reply) => {
    const agent = gate.agent(request);
    reply.code(201);
    return createUnit(instance, agent, parse("body", CreateUnit, request.body));
  });

  app.get(`${path}/:uuid`, (request) =>
    getUnit(instance, gate.agent(request), pathUuid(request.params)),
  );

  const cost = (query: object) => listUnitsCost(instance, query);
  app.get(path, { config: { cost } }, (request) => {
    const agent = gate.agent(request);
    const { count, rows } = listUnits(instance, agent, parse("query", ListUnits, request.query));
    return { count, units: rows };
  });

  app.patch(`${path}/:uuid`, (request) => {
    const agent = gate.agent(request);
    const given = parse("body", PatchUnit, request.body);
    return patchUnit(instance, agent, pathUuid(request.params), given);
  });

  app.delete(`${path}/:uuid`, async (request, reply) => {
    await deleteUnit(instance, gate.agent(request), pathUuid(request.params));
    return reply.code(204).send();
  });
}
