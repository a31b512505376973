import type { FastifyInstance } from "fastify";
import { z } from "zod";
import {
  Commands,
  getEnv,
  getSchema,
  getStateStorage,
  getTarget,
  sendCommand,
  setEnv,
  setStateStorage,
} from "../../operations/unit-device.ts";
import { listLogs, ListLogs } from "../../operations/unit-logs.ts";
import { parse, pathUuid } from "../../operations/validation.ts";
import { mayUseTopicByToken } from "../../platform/hook.ts";
import type { RouteContext } from "./context.ts";

const Hook = z.object({ token: z.string(), topic: z.string() });
const PatchEnv = z.object({ env_json_string: z.string() });
const SetState = z.object({ state: z.string() });
const SendCommand = z.object({ command: Commands });

/** What a device asks for itself, or its creator for it, and the broker's hook. */
export function unitDeviceRoutes(app: FastifyInstance, path: string, context: RouteContext): void {
  const { instance, gate } = context;

  app.post(`${path}/auth`, (request) => {
    const { token, topic } = parse("body", Hook, request.body);
    return { result: mayUseTopicByToken(instance, token, topic) ? "allow" : "deny" };
  });

  app.get(`${path}/env/:uuid`, (request) =>
    getEnv(instance, gate.agent(request), pathUuid(request.params)),
  );

  app.patch(`${path}/env/:uuid`, (request, reply) => {
    const agent = gate.agent(request);
    const { env_json_string: text } = parse("body", PatchEnv, request.body);
    setEnv(instance, agent, pathUuid(request.params), text);
    return reply.code(204).send();
  });

  app.delete(`${path}/env/:uuid`, (request, reply) => {
    setEnv(instance, gate.agent(request), pathUuid(request.params), undefined);
    return reply.code(204).send();
  });

  app.get(`${path}/get_target_version/:uuid`, (request) =>
    getTarget(instance, gate.agent(request), pathUuid(request.params)),
  );

  app.get(`${path}/get_current_schema/:uuid`, (request) =>
    getSchema(instance, gate.agent(request), pathUuid(request.params)),
  );

  app.post(`${path}/set_state_storage/:uuid`, (request, reply) => {
    const agent = gate.agent(request);
    const { state } = parse("body", SetState, request.body);
    setStateStorage(instance, agent, pathUuid(request.params), state);
    return reply.code(204).send();
  });

  app.get(`${path}/get_state_storage/:uuid`, (request, reply) => {
    const state = getStateStorage(instance, gate.agent(request), pathUuid(request.params));
    return reply.type("application/json").send(JSON.stringify(state));
  });

  app.get(`${path}/log_list/`, async (request) => {
    const agent = gate.agent(request);
    const { count, rows } = await listLogs(
      instance,
      agent,
      parse("query", ListLogs, request.query),
    );
    return { count, unit_logs: rows };
  });

  app.post(`${path}/send_command_to_input_base_topic/:uuid`, (request, reply) => {
    const agent = gate.agent(request);
    const { command } = parse("query", SendCommand, request.query);
    sendCommand(instance, agent, pathUuid(request.params), command);
    return reply.code(204).send();
  });
}
