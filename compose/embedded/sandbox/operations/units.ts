import { z } from "zod";
import { canSee, requireCreator, seen } from "../platform/access.ts";
import type { Agent } from "../platform/agent.ts";
import type { Instance } from "../platform/instance.ts";
import { existing } from "../platform/refusal.ts";
import * as platform from "../platform/units.ts";
import { allows, listQuery, matchesSearch, type Page, pageOf, rowCost, sorted } from "./listing.ts";
import { givenFields, queryBool, queryList } from "./validation.ts";
import type { Database } from "../state/database.ts";
import { type NodeRow, type UnitRow, Visibility } from "../state/rows.ts";
import { only, onlyUser } from "./agents.ts";

export const CreateUnit = z.object({
  repo_uuid: z.guid(),
  visibility_level: Visibility,
  name: z.string(),
  is_auto_update_from_repo_unit: z.boolean(),
  target_firmware_platform: z.string().nullable().default(null),
  repo_branch: z.string().nullable().default(null),
  repo_commit: z.string().nullable().default(null),
});
export const PatchUnit = z.object({
  visibility_level: Visibility.nullish(),
  name: z.string().nullish(),
  is_auto_update_from_repo_unit: z.boolean().nullish(),
  target_firmware_platform: z.string().nullish(),
  repo_branch: z.string().nullish(),
  repo_commit: z.string().nullish(),
});
export const ListUnits = z.object({
  ...listQuery,
  order_by_unit_name: z.enum(["asc", "desc", ""]).default("asc"),
  uuids: queryList(z.guid()).optional(),
  creator_uuid: z.guid().optional(),
  repo_uuid: z.guid().optional(),
  repos_uuids: queryList(z.guid()).optional(),
  is_auto_update_from_repo_unit: queryBool.optional(),
  visibility_level: queryList(Visibility).optional(),
  is_include_output_unit_nodes: queryBool.default(false),
  unit_node_input_uuid: z.guid().optional(),
  unit_node_type: queryList(z.enum(["Output", "Input"])).optional(),
  unit_node_uuids: queryList(z.guid()).optional(),
});
export type ListUnits = z.infer<typeof ListUnits>;

/** A unit as the API shows it. */
export type ShownUnit = UnitRow & { readonly unit_nodes: readonly NodeRow[] };

const withoutNodes = (unit: UnitRow): ShownUnit => ({ ...unit, unit_nodes: [] });

export function createUnit(
  instance: Instance,
  agent: Agent,
  { repo_uuid: repoUuid, ...given }: z.infer<typeof CreateUnit>,
): ShownUnit {
  const user = onlyUser(agent);
  const repo = existing(instance.db.repos.get(repoUuid));
  seen(instance.db, agent, { type: "Repo", row: repo });
  return withoutNodes(platform.createUnit(instance, user.uuid, repo, given));
}

export function getUnit({ db }: Instance, agent: Agent, uuid: string): ShownUnit {
  const reader = only(agent, "Bot", "User", "Unit");
  return withoutNodes(seen(db, reader, { type: "Unit", row: existing(db.units.get(uuid)) }));
}

export function listUnits({ db }: Instance, agent: Agent, query: ListUnits): Page<ShownUnit> {
  const reader = only(agent, "Bot", "User", "Unit");
  const { count, rows } = pageOf(findUnits(db, reader, query), query);
  return {
    count,
    rows: rows.map((unit) => ({ ...unit, unit_nodes: shownNodes(db, reader, unit, query) })),
  };
}

/** What a list costs: without a limit the server makes every unit that it has into an answer. */
export function listUnitsCost({ db }: Instance, query: { uuids?: unknown; limit?: unknown }) {
  return query.uuids === undefined ? rowCost(db.units.size, query.limit) : 1;
}

export function patchUnit(
  instance: Instance,
  agent: Agent,
  uuid: string,
  given: z.infer<typeof PatchUnit>,
): ShownUnit {
  const user = only(agent, "User");
  const unit = existing(instance.db.units.get(uuid));
  requireCreator(user, unit);
  return withoutNodes(platform.patchUnit(instance, unit, givenFields(given)));
}

export async function deleteUnit(instance: Instance, agent: Agent, uuid: string): Promise<void> {
  const user = only(agent, "User");
  const unit = existing(instance.db.units.get(uuid));
  requireCreator(user, unit);
  await platform.deleteUnit(instance, unit);
}

/** Units whose Output nodes are linked to an Input. */
function producersFor(db: Database, inputUuid: string): ReadonlySet<string | undefined> {
  const outputs = db.edgesByInput(inputUuid).map((edge) => db.nodes.get(edge.node_output_uuid));
  return new Set(outputs.map((node) => node?.unit_uuid));
}

function findUnits(db: Database, agent: Agent, query: ListUnits): UnitRow[] {
  const { unit_node_input_uuid: input } = query;
  const producers = input === undefined ? undefined : producersFor(db, input);
  const candidates =
    query.repo_uuid === undefined ? [...db.units.all()] : db.unitsByRepo(query.repo_uuid);
  const found = candidates.filter(
    (row) =>
      allows(query.uuids, row.uuid) &&
      (query.creator_uuid ?? row.creator_uuid) === row.creator_uuid &&
      allows(query.repos_uuids, row.repo_uuid) &&
      allows(query.visibility_level, row.visibility_level) &&
      (query.is_auto_update_from_repo_unit ?? row.is_auto_update_from_repo_unit) ===
        row.is_auto_update_from_repo_unit &&
      (producers?.has(row.uuid) ?? true) &&
      canSee(db, agent, { type: "Unit", row }) &&
      matchesSearch(query.search_string, row.name),
  );
  return sorted(
    found,
    { order: query.order_by_create_date, by: (row) => row.create_datetime },
    { order: query.order_by_last_update, by: (row) => row.last_update_datetime },
    { order: query.order_by_unit_name, by: (row) => row.name },
  );
}

/** The nodes shown with a unit: despite the parameter's name those of both types. */
function shownNodes(db: Database, agent: Agent, unit: UnitRow, query: ListUnits): NodeRow[] {
  if (!query.is_include_output_unit_nodes) return [];
  return db
    .nodesByUnit(unit.uuid)
    .filter(
      (row) =>
        allows(query.unit_node_type, row.type) &&
        allows(query.unit_node_uuids, row.uuid) &&
        canSee(db, agent, { type: "UnitNode", row }),
    );
}
