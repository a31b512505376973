import { randomUUID } from "node:crypto";
import { z } from "zod";
import { naiveIso } from "../clock.ts";
import { requireCreator } from "../platform/access.ts";
import type { Agent } from "../platform/agent.ts";
import { type RepositoryContent, repositoryContent } from "../platform/catalogue.ts";
import type { Instance } from "../platform/instance.ts";
import { isRepositoryUrl } from "../platform/names.ts";
import { existing, Refusal } from "../platform/refusal.ts";
import { allows, listQuery, matchesSearch, type Page, page, pageOf, sorted } from "./listing.ts";
import { queryBool, queryInt, queryList } from "./validation.ts";
import type { RegistryRow } from "../state/rows.ts";
import { only, onlyUser } from "./agents.ts";

const MIRROR_BYTES = 40_960;

export const CreateRegistry = z.object({
  platform: z.enum(["Gitlab", "Github"]),
  repository_url: z.string(),
  is_public_repository: z.boolean(),
  credentials: z.object({ username: z.string(), pat_token: z.string() }).nullish(),
});
export const ListRegistries = z.object({
  ...listQuery,
  uuids: queryList(z.guid()).optional(),
  creator_uuid: z.guid().optional(),
  is_public_repository: queryBool.optional(),
});
export const ListCommits = z.object({
  repo_branch: z.string(),
  only_tag: queryBool.default(false),
  offset: queryInt.default(0),
  limit: queryInt.default(10),
});

/** Mirrors a repository: here its content comes from the catalogue, at once. */
export function createRegistry(
  { db, clock }: Instance,
  agent: Agent,
  given: z.infer<typeof CreateRegistry>,
): RegistryRow {
  const user = onlyUser(agent);
  const { repository_url: url } = given;
  if (!isRepositoryUrl(url)) throw new Refusal("registry", `Url "${url}" is not correct`);
  if (db.registriesByUrl(url).length > 0) throw new Refusal("registry", `Url "${url}" is exist`);
  const { branch, syncError } = repositoryContent(url);
  const now = naiveIso(clock.wallMs());
  const registry: RegistryRow = {
    uuid: randomUUID(),
    platform: given.platform,
    repository_url: url,
    is_public_repository: given.is_public_repository,
    releases_data: syncError === null ? "[]" : null,
    local_repository_size: syncError === null ? MIRROR_BYTES : 0,
    sync_status: syncError === null ? "Updated" : "Error",
    sync_error: syncError,
    sync_last_datetime: now,
    create_datetime: now,
    last_update_datetime: now,
    creator_uuid: user.uuid,
    branches: syncError === null ? [branch] : [],
  };
  db.commit({ table: "registries", put: registry });
  return registry;
}

export function getRegistry({ db }: Instance, agent: Agent, uuid: string): RegistryRow {
  only(agent, "Bot", "User");
  return existing(db.registries.get(uuid));
}

export function listRegistries(
  { db }: Instance,
  agent: Agent,
  query: z.infer<typeof ListRegistries>,
): Page<RegistryRow> {
  const reader = only(agent, "Bot", "User");
  const found = [...db.registries.all()].filter(
    (row) =>
      (reader.type === "User" || row.is_public_repository) &&
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
  return pageOf(rows, query);
}

/** The commits of a branch, newest first. */
export function branchCommits(
  { db }: Instance,
  agent: Agent,
  uuid: string,
  query: z.infer<typeof ListCommits>,
): readonly RepositoryContent["commit"][] {
  onlyUser(agent);
  const registry = existing(db.registries.get(uuid));
  if (!registry.branches.includes(query.repo_branch)) {
    throw new Refusal("git", `Branch ${query.repo_branch} is not in the repository`);
  }
  const { commit } = repositoryContent(registry.repository_url);
  return page(query.only_tag && commit.tag === null ? [] : [commit], query);
}

export function deleteRegistry({ db }: Instance, agent: Agent, uuid: string): void {
  const user = only(agent, "User");
  const registry = existing(db.registries.get(uuid));
  requireCreator(user, registry);
  if (db.reposByRegistry(registry.uuid).length > 0) {
    throw new Refusal("registry", "There are repos that use this repository");
  }
  db.commit({ table: "registries", drop: registry.uuid });
}
