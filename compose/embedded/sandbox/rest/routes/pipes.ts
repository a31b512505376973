import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { checkPipe, getPipe, setPipe } from "../../operations/pipe-config.ts";
import { exportPipeData, importPipeData } from "../../operations/pipe-csv.ts";
import {
  deletePipeData,
  PipeDataQuery,
  readableNode,
  readPipeData,
} from "../../operations/pipe-data.ts";
import { readFile } from "../multipart.ts";
import { parse, pathUuid } from "../../operations/validation.ts";
import type { RouteContext } from "./context.ts";

const OfNode = z.object({ uuid: z.guid() });
const FILE = "data";

/** A node's pipe: its settings, and what it stored. */
export function pipeRoutes(app: FastifyInstance, path: string, context: RouteContext): void {
  const { instance, gate } = context;

  app.post(`${path}/check_data_pipe_config`, async (request) =>
    checkPipe(instance, gate.agent(request), await readFile(request, FILE)),
  );

  app.post(`${path}/set_data_pipe_config`, async (request, reply) => {
    const { uuid } = parse("query", OfNode, request.query);
    setPipe(instance, gate.agent(request), uuid, await readFile(request, FILE));
    return reply.code(204).send();
  });

  app.get(`${path}/get_data_pipe_config/:uuid`, (request, reply) => {
    const yaml = getPipe(instance, gate.agent(request), pathUuid(request.params));
    return reply.type("application/x-yaml").send(yaml);
  });

  app.get(`${path}/get_data_pipe_data/`, async (request) => {
    const query = parse("query", PipeDataQuery, request.query);
    readableNode(instance, gate.agent(request), query.uuid);
    // The platform's answer has no shape for a last value: it fails on its own data.
    if (query.type === "LastValue") throw new Error("no shape for LastValue");
    const { count, rows } = await readPipeData(instance, query.type, query);
    return { count, pipe_data: rows };
  });

  app.get(`${path}/get_data_pipe_data_csv/:uuid`, async (request, reply) => {
    const zip = await exportPipeData(instance, gate.agent(request), pathUuid(request.params));
    return reply.type("application/zip").send(zip);
  });

  app.post(`${path}/set_data_pipe_data_csv`, async (request, reply) => {
    const { uuid } = parse("query", OfNode, request.query);
    await importPipeData(instance, gate.agent(request), uuid, await readFile(request, FILE));
    return reply.code(204).send();
  });

  app.delete(`${path}/delete_data_pipe_data/:uuid`, async (request, reply) => {
    await deletePipeData(instance, gate.agent(request), pathUuid(request.params));
    return reply.code(204).send();
  });
}
