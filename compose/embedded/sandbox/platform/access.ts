import type { Database } from "../state/database.ts";
import type { NodeRow, RepoRow, UnitRow, Visibility } from "../state/rows.ts";
import { type Agent, agentUuid } from "./agent.ts";
import { Refusal } from "./refusal.ts";

/** Something with a visibility level. The platform stores a permission for each owner; here an
 * owner's permission is implied, and only the others are rows. */
export type Resource =
  | { readonly type: "Repo"; readonly row: RepoRow }
  | { readonly type: "Unit"; readonly row: UnitRow }
  | { readonly type: "UnitNode"; readonly row: NodeRow };

const LEVELS: readonly Visibility[] = ["Public", "Internal", "Private"];

/** Whether a child would be easier to see than its parent, which the platform refuses. */
export const isMoreOpen = (child: Visibility, parent: Visibility): boolean =>
  LEVELS.indexOf(child) < LEVELS.indexOf(parent);

function owns(uuid: string, { type, row }: Resource): boolean {
  if (row.creator_uuid === uuid) return true;
  if (type === "Unit") return row.uuid === uuid;
  return type === "UnitNode" && row.unit_uuid === uuid;
}

/** Whether a User or a Unit has a permission on a resource, implied or given. */
export function isPermitted(db: Database, uuid: string | undefined, resource: Resource): boolean {
  if (uuid === undefined) return false;
  if (owns(uuid, resource)) return true;
  return db.permissionsByResource(resource.row.uuid).some((row) => row.agent_uuid === uuid);
}

/** Whether an agent may see a resource at all. */
export function canSee(db: Database, agent: Agent, resource: Resource): boolean {
  if (agent.type === "Backend" || resource.row.visibility_level === "Public") return true;
  if (agent.type === "Bot") return false;
  if (resource.row.visibility_level === "Internal") return true;
  return isPermitted(db, agentUuid(agent), resource);
}

/** The resource's row, or a refusal when the agent may not see it. */
export function seen<R extends Resource>(db: Database, agent: Agent, resource: R): R["row"] {
  if (!canSee(db, agent, resource)) throw new Refusal("access", "Visibility level is not enough");
  return resource.row;
}

/** Refuses everyone but the creator, the right that writing asks for. */
export function requireCreator(agent: Agent, row: { readonly creator_uuid: string | null }): void {
  if (agent.type === "User" && row.creator_uuid === agent.user.uuid) return;
  throw new Refusal("access", "Only the creator can do this");
}
