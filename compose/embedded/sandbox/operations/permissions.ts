import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Agent } from "../platform/agent.ts";
import type { Instance } from "../platform/instance.ts";
import { existing, Refusal } from "../platform/refusal.ts";
import { allows, type Page, pageOf } from "./listing.ts";
import { queryInt } from "./validation.ts";
import type { PermissionRow } from "../state/rows.ts";
import { onlyUser } from "./agents.ts";

const AgentType = z.enum(["User", "Unit"]);
const ResourceType = z.enum(["Repo", "Unit", "UnitNode"]);

export const CreatePermission = z.object({
  agent_uuid: z.guid(),
  agent_type: AgentType,
  resource_uuid: z.guid(),
  resource_type: ResourceType,
});
export const ListAgents = z.object({
  resource_uuid: z.guid(),
  resource_type: ResourceType,
  agent_type: AgentType.optional(),
  offset: queryInt.optional(),
  limit: queryInt.optional(),
});
export const DeletePermission = z.object({ agent_uuid: z.guid(), resource_uuid: z.guid() });

/** Any user can grant anything: the platform's check of ownership has no effect. */
export function createPermission(
  { db }: Instance,
  agent: Agent,
  given: z.infer<typeof CreatePermission>,
): PermissionRow {
  onlyUser(agent);
  const { agent_uuid: holder, resource_uuid: resource } = given;
  existing(given.agent_type === "User" ? db.users.get(holder) : db.units.get(holder));
  const tables = { Repo: db.repos, Unit: db.units, UnitNode: db.nodes };
  existing<unknown>(tables[given.resource_type].get(resource));
  if (db.permissionsByResource(resource).some((row) => row.agent_uuid === holder)) {
    throw new Refusal("permission", "Permission is exist");
  }
  const put = { uuid: randomUUID(), ...given };
  db.commit({ table: "permissions", put });
  return put;
}

export function listAgents(
  { db }: Instance,
  agent: Agent,
  query: z.infer<typeof ListAgents>,
): Page<PermissionRow> {
  onlyUser(agent);
  const type = query.agent_type === undefined ? undefined : [query.agent_type];
  const found = db
    .permissionsByResource(query.resource_uuid)
    .filter((row) => row.resource_type === query.resource_type && allows(type, row.agent_type));
  return pageOf(found, query);
}

export function deletePermission(
  { db }: Instance,
  agent: Agent,
  given: z.infer<typeof DeletePermission>,
): void {
  onlyUser(agent);
  const found = db
    .permissionsByResource(given.resource_uuid)
    .find((row) => row.agent_uuid === given.agent_uuid);
  db.commit({ table: "permissions", drop: existing(found).uuid });
}
