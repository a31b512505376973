import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { canSee, requireCreator, seen } from "../../platform/access.ts";
import type { Agent } from "../../platform/agent.ts";
import { existing } from "../../platform/refusal.ts";
import { createUnit, deleteUnit, patchUnit } from "../../platform/units.ts";
import type { Database } from "../../state/database.ts";
import { type NodeRow, type UnitRow, Visibility } from "../../state/rows.ts";
import { allows, listQuery, matchesSearch, page, sorted } from "../listing.ts";
import { givenFields, parse, pathUuid, queryBool, queryList } from "../validation.ts";
import type { RouteContext } from "./context.ts";

const settings = {
  visibility_level: Visibility,
  name: z.string(),
  is_auto_update_from_repo_unit: z.boolean(),
  target_firmware_platform: z.string().nullable().default(null),
  repo_branch: z.string().nullable().default(null),
  repo_commit: z.string().nullable().default(null),
};
const CreateUnit = z.object({ repo_uuid: z.guid(), ...settings });
const PatchUnit = z.object({
  visibility_level: Visibility.nullish(),
  name: z.string().nullish(),
  is_auto_update_from_repo_unit: z.boolean().nullish(),
  target_firmware_platform: z.string().nullish(),
  repo_branch: z.string().nullish(),
  repo_commit: z.string().nullish(),
});
const ListUnits = z.object({
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
type ListUnits = z.infer<typeof ListUnits>;

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

const withoutNodes = (unit: UnitRow) => ({ ...unit, unit_nodes: [] });

export function unitRoutes(app: FastifyInstance, path: string, context: RouteContext): void {
  const { instance, gate } = context;
  const { db } = instance;
  const at = (params: unknown) => existing(db.units.get(pathUuid(params)));

  app.post(path, (request, reply) => {
    const user = gate.user(request);
    const { repo_uuid, ...given } = parse("body", CreateUnit, request.body);
    const repo = existing(db.repos.get(repo_uuid));
    seen(db, { type: "User", user }, { type: "Repo", row: repo });
    reply.code(201);
    return withoutNodes(createUnit(instance, user.uuid, repo, given));
  });

  app.get(`${path}/:uuid`, (request) => {
    const agent = gate.only(request, "Bot", "User", "Unit");
    return withoutNodes(seen(db, agent, { type: "Unit", row: at(request.params) }));
  });

  app.get(path, (request) => {
    const agent = gate.only(request, "Bot", "User", "Unit");
    const query = parse("query", ListUnits, request.query);
    const rows = findUnits(db, agent, query);
    const units = page(rows, query).map((unit) => ({
      ...unit,
      unit_nodes: shownNodes(db, agent, unit, query),
    }));
    return { count: rows.length, units };
  });

  app.patch(`${path}/:uuid`, (request) => {
    const agent = gate.only(request, "User");
    const unit = at(request.params);
    requireCreator(agent, unit);
    const change = givenFields(parse("body", PatchUnit, request.body));
    return withoutNodes(patchUnit(instance, unit, change));
  });

  app.delete(`${path}/:uuid`, async (request, reply) => {
    const agent = gate.only(request, "User");
    const unit = at(request.params);
    requireCreator(agent, unit);
    await deleteUnit(instance, unit);
    return reply.code(204).send();
  });
}
