import { randomUUID } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { naiveIso } from "../../clock.ts";
import { requireCreator } from "../../platform/access.ts";
import { repositoryContent } from "../../platform/catalogue.ts";
import type { Instance } from "../../platform/instance.ts";
import { isRepositoryUrl } from "../../platform/names.ts";
import { existing, Refusal } from "../../platform/refusal.ts";
import type { RegistryRow } from "../../state/rows.ts";
import { allows, listQuery, matchesSearch, page, sorted } from "../listing.ts";
import { parse, pathUuid, queryBool, queryInt, queryList } from "../validation.ts";
import type { RouteContext } from "./context.ts";

const MIRROR_BYTES = 40_960;

const CreateRegistry = z.object({
  platform: z.enum(["Gitlab", "Github"]),
  repository_url: z.string(),
  is_public_repository: z.boolean(),
  credentials: z.object({ username: z.string(), pat_token: z.string() }).nullish(),
});
const ListRegistries = z.object({
  ...listQuery,
  uuids: queryList(z.guid()).optional(),
  creator_uuid: z.guid().optional(),
  is_public_repository: queryBool.optional(),
});
const ListCommits = z.object({
  repo_branch: z.string(),
  only_tag: queryBool.default(false),
  offset: queryInt.default(0),
  limit: queryInt.default(10),
});

/** Mirrors a repository: here its content comes from the catalogue, at once. */
function mirror(
  { clock }: Instance,
  creatorUuid: string,
  given: z.infer<typeof CreateRegistry>,
): RegistryRow {
  const { branch, syncError } = repositoryContent(given.repository_url);
  const now = naiveIso(clock.wallMs());
  return {
    uuid: randomUUID(),
    platform: given.platform,
    repository_url: given.repository_url,
    is_public_repository: given.is_public_repository,
    releases_data: syncError === null ? "[]" : null,
    local_repository_size: syncError === null ? MIRROR_BYTES : 0,
    sync_status: syncError === null ? "Updated" : "Error",
    sync_error: syncError,
    sync_last_datetime: now,
    create_datetime: now,
    last_update_datetime: now,
    creator_uuid: creatorUuid,
    branches: syncError === null ? [branch] : [],
  };
}

export function registryRoutes(app: FastifyInstance, path: string, context: RouteContext): void {
  const { instance, gate } = context;
  const { db } = instance;
  const at = (params: unknown) => existing(db.registries.get(pathUuid(params)));

  app.post(path, (request, reply) => {
    const user = gate.user(request);
    const given = parse("body", CreateRegistry, request.body);
    const url = given.repository_url;
    if (!isRepositoryUrl(url)) throw new Refusal("registry", `Url "${url}" is not correct`);
    if (db.registriesByUrl(url).length > 0) throw new Refusal("registry", `Url "${url}" is exist`);
    const registry = mirror(instance, user.uuid, given);
    db.commit({ table: "registries", put: registry });
    reply.code(201);
    return registry;
  });

  app.get(`${path}/:uuid`, (request) => {
    gate.only(request, "Bot", "User");
    return at(request.params);
  });

  app.get(path, (request) => {
    const agent = gate.only(request, "Bot", "User");
    const query = parse("query", ListRegistries, request.query);
    const found = [...db.registries.all()].filter(
      (row) =>
        (agent.type === "User" || row.is_public_repository) &&
        allows(query.uuids, row.uuid) &&
        (query.creator_uuid ?? row.creator_uuid) === row.creator_uuid &&
        (query.is_public_repository ?? row.is_public_repository) === row.is_public_repository &&
        matchesSearch(query.search_string, row.repository_url),
    );
    const rows = sorted(
      found,
      { order: query.order_by_create_date, by: (row) => row.create_datetime },
      { order: query.order_by_last_update, by: (row) => row.last_update_datetime },
    );
    return { count: rows.length, repositories_registry: page(rows, query) };
  });

  app.get(`${path}/branch_commits/:uuid`, (request) => {
    gate.user(request);
    const registry = at(request.params);
    const query = parse("query", ListCommits, request.query);
    if (!registry.branches.includes(query.repo_branch)) {
      throw new Refusal("git", `Branch ${query.repo_branch} is not in the repository`);
    }
    const { commit } = repositoryContent(registry.repository_url);
    return page(query.only_tag && commit.tag === null ? [] : [commit], query);
  });

  app.delete(`${path}/:uuid`, (request, reply) => {
    const agent = gate.only(request, "User");
    const registry = at(request.params);
    requireCreator(agent, registry);
    if (db.reposByRegistry(registry.uuid).length > 0) {
      throw new Refusal("registry", "There are repos that use this repository");
    }
    db.commit({ table: "registries", drop: registry.uuid });
    return reply.code(204).send();
  });
}
