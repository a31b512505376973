import { z } from "zod";
import { requireCreator } from "../platform/access.ts";
import type { Agent } from "../platform/agent.ts";
import { type Env, patchedEnv, unitEnv } from "../platform/env.ts";
import type { Command, Instance } from "../platform/instance.ts";
import { existing, Refusal } from "../platform/refusal.ts";
import { type TargetVersion, unitTarget } from "../platform/target.ts";
import { type UnitSchema, unitSchema } from "../platform/topics.ts";
import type { UnitFilesRow, UnitRow } from "../state/rows.ts";
import { only, requireOwner } from "./agents.ts";

/** What a device asks for itself, or its creator for it. */

const MAX_TEXT_CHARS = 1_000_000;

export const Commands = z.enum(["Update", "EnvUpdate", "SchemaUpdate", "LogSync"]);

function requireShort(text: string): string {
  if (text.length > MAX_TEXT_CHARS) throw new Refusal("cipher", `Max length is ${MAX_TEXT_CHARS}`);
  return text;
}

/** The unit, for itself or its creator. */
export function ownUnit({ db }: Instance, agent: Agent, uuid: string): UnitRow {
  const unit = existing(db.units.get(uuid));
  requireOwner(agent, unit);
  return unit;
}

/** An unknown uuid makes these calls of the platform fail: 500, not 422. */
function unitOrCrash({ db }: Instance, uuid: string): UnitRow {
  const unit = db.units.get(uuid);
  if (unit === undefined) throw new Error("no such unit");
  return unit;
}

const filesOf = ({ db }: Instance, uuid: string): UnitFilesRow =>
  db.unitFiles.get(uuid) ?? { uuid, env: null, state_storage: "" };

export function getEnv(instance: Instance, agent: Agent, uuid: string): Env {
  const unit = unitOrCrash(instance, uuid);
  requireOwner(agent, unit);
  return unitEnv(instance, unit);
}

/** Stores an env given as JSON; `undefined` goes back to the generated one. */
export function setEnv(
  instance: Instance,
  agent: Agent,
  uuid: string,
  text: string | undefined,
): void {
  const user = only(agent, "User");
  const unit = unitOrCrash(instance, uuid);
  requireCreator(user, unit);
  const env = text === undefined ? null : patchedEnv(instance, unit, requireShort(text));
  instance.db.commit({ table: "unitFiles", put: { ...filesOf(instance, uuid), env } });
}

export const getTarget = (instance: Instance, agent: Agent, uuid: string): TargetVersion =>
  unitTarget(instance.db, ownUnit(instance, agent, uuid));

export const getSchema = (instance: Instance, agent: Agent, uuid: string): UnitSchema =>
  unitSchema(instance.db, instance.domain, ownUnit(instance, agent, uuid));

export function setStateStorage(
  instance: Instance,
  agent: Agent,
  uuid: string,
  state: string,
): void {
  ownUnit(instance, agent, uuid);
  const put = { ...filesOf(instance, uuid), state_storage: requireShort(state) };
  instance.db.commit({ table: "unitFiles", put });
}

export function getStateStorage(instance: Instance, agent: Agent, uuid: string): string {
  ownUnit(instance, agent, uuid);
  return filesOf(instance, uuid).state_storage;
}

export function sendCommand(
  instance: Instance,
  agent: Agent,
  uuid: string,
  command: Command,
): void {
  instance.sendCommand(ownUnit(instance, agent, uuid), command);
}
