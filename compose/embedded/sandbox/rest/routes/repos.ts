import { randomUUID } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { naiveIso } from "../../clock.ts";
import { canSee, requireCreator, seen } from "../../platform/access.ts";
import { isName } from "../../platform/names.ts";
import { existing, Refusal } from "../../platform/refusal.ts";
import { type RegistryRow, type RepoRow, Visibility } from "../../state/rows.ts";
import { allows, listQuery, matchesSearch, page, sorted } from "../listing.ts";
import { givenFields, parse, pathUuid, queryBool, queryList } from "../validation.ts";
import type { RouteContext } from "./context.ts";

const CreateRepo = z.object({
  repository_registry_uuid: z.guid(),
  default_branch: z.string(),
  visibility_level: Visibility,
  name: z.string(),
  is_compilable_repo: z.boolean(),
});
const PatchRepo = z.object({
  visibility_level: Visibility.nullish(),
  name: z.string().nullish(),
  is_auto_update_repo: z.boolean().nullish(),
  default_branch: z.string().nullish(),
  default_commit: z.string().nullish(),
  is_only_tag_update: z.boolean().nullish(),
  is_compilable_repo: z.boolean().nullish(),
});
const ListRepos = z.object({
  ...listQuery,
  repository_registry_uuid: z.guid().optional(),
  uuids: queryList(z.guid()).optional(),
  creator_uuid: z.guid().optional(),
  creators_uuids: queryList(z.guid()).optional(),
  is_auto_update_repo: queryBool.optional(),
  visibility_level: queryList(Visibility).optional(),
});

function requireBranch(registry: RegistryRow, branch: string): void {
  if (!registry.branches.includes(branch)) {
    throw new Refusal("repo", `Branch ${branch} is not in the repository`);
  }
}

export function repoRoutes(app: FastifyInstance, path: string, context: RouteContext): void {
  const { instance, gate } = context;
  const { db, clock } = instance;
  const at = (params: unknown) => existing(db.repos.get(pathUuid(params)));
  const requireName = (name: string) => {
    if (!isName(name)) throw new Refusal("repo", "Name is not correct");
    if (db.reposByName(name).length > 0) throw new Refusal("repo", "Name is not unique");
  };

  app.post(path, (request, reply) => {
    const user = gate.user(request);
    const given = parse("body", CreateRepo, request.body);
    const registry = existing(db.registries.get(given.repository_registry_uuid));
    requireName(given.name);
    requireBranch(registry, given.default_branch);
    const now = naiveIso(clock.wallMs());
    const repo: RepoRow = {
      uuid: randomUUID(),
      visibility_level: given.visibility_level,
      name: given.name,
      create_datetime: now,
      default_branch: given.default_branch,
      is_auto_update_repo: true,
      default_commit: null,
      is_only_tag_update: true,
      is_compilable_repo: given.is_compilable_repo,
      last_update_datetime: now,
      creator_uuid: user.uuid,
      repository_registry_uuid: registry.uuid,
    };
    db.commit({ table: "repos", put: repo });
    reply.code(201);
    return repo;
  });

  app.get(`${path}/:uuid`, (request) => {
    const agent = gate.only(request, "Bot", "User");
    return seen(db, agent, { type: "Repo", row: at(request.params) });
  });

  app.get(path, (request) => {
    const agent = gate.only(request, "Bot", "User");
    const query = parse("query", ListRepos, request.query);
    const registry = query.repository_registry_uuid;
    const found = [...db.repos.all()].filter(
      (row) =>
        (registry ?? row.repository_registry_uuid) === row.repository_registry_uuid &&
        allows(query.uuids, row.uuid) &&
        (query.creator_uuid ?? row.creator_uuid) === row.creator_uuid &&
        allows(query.creators_uuids, row.creator_uuid) &&
        (query.is_auto_update_repo ?? row.is_auto_update_repo) === row.is_auto_update_repo &&
        allows(query.visibility_level, row.visibility_level) &&
        canSee(db, agent, { type: "Repo", row }) &&
        matchesSearch(
          query.search_string,
          row.name,
          db.registries.get(row.repository_registry_uuid)?.repository_url ?? null,
          row.default_branch,
        ),
    );
    const rows = sorted(
      found,
      { order: query.order_by_create_date, by: (row) => row.create_datetime },
      { order: query.order_by_last_update, by: (row) => row.last_update_datetime },
    );
    return { count: rows.length, repos: page(rows, query) };
  });

  app.patch(`${path}/:uuid`, (request) => {
    const agent = gate.only(request, "User");
    const repo = at(request.params);
    requireCreator(agent, repo);
    const change = givenFields(parse("body", PatchRepo, request.body));
    if (change.name !== undefined && change.name !== repo.name) requireName(change.name);
    if (change.default_branch !== undefined) {
      requireBranch(
        existing(db.registries.get(repo.repository_registry_uuid)),
        change.default_branch,
      );
    }
    const patched: RepoRow = {
      ...repo,
      ...change,
      last_update_datetime: naiveIso(clock.wallMs()),
    };
    db.commit({ table: "repos", put: patched });
    return patched;
  });

  app.delete(`${path}/:uuid`, (request, reply) => {
    const agent = gate.only(request, "User");
    const repo = at(request.params);
    requireCreator(agent, repo);
    if (db.unitsByRepo(repo.uuid).length > 0)
      throw new Refusal("repo", "There are units of this repo");
    db.commit({ table: "repos", drop: repo.uuid });
    return reply.code(204).send();
  });
}
