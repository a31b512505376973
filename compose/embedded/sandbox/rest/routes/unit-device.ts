import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { mayUseTopicByToken } from "../../platform/hook.ts";
import { patchedEnv, unitEnv } from "../../platform/env.ts";
import { existing, Refusal } from "../../platform/refusal.ts";
import { unitTarget } from "../../platform/target.ts";
import { unitSchema } from "../../platform/topics.ts";
import { requireCreator } from "../../platform/access.ts";
import type { UnitFilesRow } from "../../state/rows.ts";
import { parse, pathUuid } from "../validation.ts";
import type { RouteContext } from "./context.ts";

const MAX_TEXT_CHARS = 1_000_000;

const Hook = z.object({ token: z.string(), topic: z.string() });
const PatchEnv = z.object({ env_json_string: z.string() });
const SetState = z.object({ state: z.string() });
const SendCommand = z.object({
  command: z.enum(["Update", "EnvUpdate", "SchemaUpdate", "LogSync"]),
});

function requireShort(text: string): string {
  if (text.length > MAX_TEXT_CHARS) throw new Refusal("cipher", `Max length is ${MAX_TEXT_CHARS}`);
  return text;
}

/** What a device asks for itself, or its creator for it, and the broker's hook. */
export function unitDeviceRoutes(app: FastifyInstance, path: string, context: RouteContext): void {
  const { instance, gate } = context;
  const { db } = instance;
  const at = (params: unknown) => existing(db.units.get(pathUuid(params)));
  const filesOf = (uuid: string): UnitFilesRow =>
    db.unitFiles.get(uuid) ?? { uuid, env: null, state_storage: "" };
  /** An unknown uuid makes these routes of the platform fail: 500, not 422. */
  const atOrCrash = (params: unknown) => {
    const unit = db.units.get(pathUuid(params));
    if (unit === undefined) throw new Error("no such unit");
    return unit;
  };

  app.post(`${path}/auth`, (request) => {
    const { token, topic } = parse("body", Hook, request.body);
    return { result: mayUseTopicByToken(instance, token, topic) ? "allow" : "deny" };
  });

  app.get(`${path}/env/:uuid`, (request) => {
    const unit = atOrCrash(request.params);
    gate.ownerOf(request, unit);
    return unitEnv(instance, unit);
  });

  app.patch(`${path}/env/:uuid`, (request, reply) => {
    const agent = gate.only(request, "User");
    const unit = atOrCrash(request.params);
    requireCreator(agent, unit);
    const { env_json_string } = parse("body", PatchEnv, request.body);
    const env = patchedEnv(instance, unit, requireShort(env_json_string));
    db.commit({ table: "unitFiles", put: { ...filesOf(unit.uuid), env } });
    return reply.code(204).send();
  });

  app.delete(`${path}/env/:uuid`, (request, reply) => {
    const agent = gate.only(request, "User");
    const unit = atOrCrash(request.params);
    requireCreator(agent, unit);
    db.commit({ table: "unitFiles", put: { ...filesOf(unit.uuid), env: null } });
    return reply.code(204).send();
  });

  app.get(`${path}/get_target_version/:uuid`, (request) => {
    const unit = at(request.params);
    gate.ownerOf(request, unit);
    return unitTarget(db, unit);
  });

  app.get(`${path}/get_current_schema/:uuid`, (request) => {
    const unit = at(request.params);
    gate.ownerOf(request, unit);
    return unitSchema(db, instance.domain, unit);
  });

  app.post(`${path}/set_state_storage/:uuid`, (request, reply) => {
    const unit = at(request.params);
    gate.ownerOf(request, unit);
    const { state } = parse("body", SetState, request.body);
    const put = { ...filesOf(unit.uuid), state_storage: requireShort(state) };
    db.commit({ table: "unitFiles", put });
    return reply.code(204).send();
  });

  app.get(`${path}/get_state_storage/:uuid`, (request, reply) => {
    const unit = at(request.params);
    gate.ownerOf(request, unit);
    return reply.type("application/json").send(JSON.stringify(filesOf(unit.uuid).state_storage));
  });

  app.post(`${path}/send_command_to_input_base_topic/:uuid`, (request, reply) => {
    const unit = at(request.params);
    gate.ownerOf(request, unit);
    instance.sendCommand(unit, parse("query", SendCommand, request.query).command);
    return reply.code(204).send();
  });
}
