import { randomUUID } from "node:crypto";
import { z } from "zod";
import { naiveIso } from "../clock.ts";
import { canSee, requireCreator, seen } from "../platform/access.ts";
import type { Agent } from "../platform/agent.ts";
import type { Instance } from "../platform/instance.ts";
import { isName } from "../platform/names.ts";
import { existing, Refusal } from "../platform/refusal.ts";
import { contentOf } from "../platform/target.ts";
import { allows, listQuery, matchesSearch, type Page, pageOf, sorted } from "./listing.ts";
import { givenFields, queryBool, queryList } from "./validation.ts";
import type { Database } from "../state/database.ts";
import { type RegistryRow, type RepoRow, Visibility } from "../state/rows.ts";
import { only, onlyUser } from "./agents.ts";

export const CreateRepo = z.object({
  repository_registry_uuid: z.guid(),
  default_branch: z.string(),
  visibility_level: Visibility,
  name: z.string(),
  is_compilable_repo: z.boolean(),
});
export const PatchRepo = z.object({
  visibility_level: Visibility.nullish(),
  name: z.string().nullish(),
  is_auto_update_repo: z.boolean().nullish(),
  default_branch: z.string().nullish(),
  default_commit: z.string().nullish(),
  is_only_tag_update: z.boolean().nullish(),
  is_compilable_repo: z.boolean().nullish(),
});
export const ListRepos = z.object({
  ...listQuery,
  repository_registry_uuid: z.guid().optional(),
  uuids: queryList(z.guid()).optional(),
  creator_uuid: z.guid().optional(),
  creators_uuids: queryList(z.guid()).optional(),
  is_auto_update_repo: queryBool.optional(),
  visibility_level: queryList(Visibility).optional(),
});

export function createRepo(
  { db, clock }: Instance,
  agent: Agent,
  given: z.infer<typeof CreateRepo>,
): RepoRow {
  const user = onlyUser(agent);
  const registry = existing(db.registries.get(given.repository_registry_uuid));
  requireName(db, given.name);
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
  return repo;
}

export function getRepo({ db }: Instance, agent: Agent, uuid: string): RepoRow {
  const reader = only(agent, "Bot", "User");
  return seen(db, reader, { type: "Repo", row: existing(db.repos.get(uuid)) });
}

export function listRepos(
  { db }: Instance,
  agent: Agent,
  query: z.infer<typeof ListRepos>,
): Page<RepoRow> {
  const reader = only(agent, "Bot", "User");
  const { repository_registry_uuid: registry } = query;
  const found = [...db.repos.all()].filter(
    (row) =>
      (registry ?? row.repository_registry_uuid) === row.repository_registry_uuid &&
      allows(query.uuids, row.uuid) &&
      (query.creator_uuid ?? row.creator_uuid) === row.creator_uuid &&
      allows(query.creators_uuids, row.creator_uuid) &&
      (query.is_auto_update_repo ?? row.is_auto_update_repo) === row.is_auto_update_repo &&
      allows(query.visibility_level, row.visibility_level) &&
      canSee(db, reader, { type: "Repo", row }) &&
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
  return pageOf(rows, query);
}

export function patchRepo(
  { db, clock }: Instance,
  agent: Agent,
  uuid: string,
  given: z.infer<typeof PatchRepo>,
): RepoRow {
  const user = only(agent, "User");
  const repo = existing(db.repos.get(uuid));
  requireCreator(user, repo);
  const change = givenFields(given);
  if (change.name !== undefined && change.name !== repo.name) requireName(db, change.name);
  if (change.default_branch !== undefined) {
    const registry = existing(db.registries.get(repo.repository_registry_uuid));
    requireBranch(registry, change.default_branch);
  }
  const now = naiveIso(clock.wallMs());
  const patched: RepoRow = { ...repo, ...change, last_update_datetime: now };
  db.commit({ table: "repos", put: patched });
  return patched;
}

/** How many units of a repo report each version. */
export function repoVersions({ db }: Instance, agent: Agent, uuid: string) {
  const reader = only(agent, "Bot", "User");
  const repo = seen(db, reader, { type: "Repo", row: existing(db.repos.get(uuid)) });
  const { commit } = contentOf(db, repo);
  const units = db.unitsByRepo(repo.uuid);
  const counts = new Map<string, number>();
  for (const { current_commit_version: version } of units) {
    if (version !== null) counts.set(version, (counts.get(version) ?? 0) + 1);
  }
  return {
    unit_count: units.length,
    versions: [...counts].map(([version, unit_count]) => ({
      commit: version,
      unit_count,
      tag: version === commit.commit ? commit.tag : null,
    })),
  };
}

export function deleteRepo({ db }: Instance, agent: Agent, uuid: string): void {
  const user = only(agent, "User");
  const repo = existing(db.repos.get(uuid));
  requireCreator(user, repo);
  if (db.unitsByRepo(repo.uuid).length > 0) {
    throw new Refusal("repo", "There are units of this repo");
  }
  db.commit({ table: "repos", drop: repo.uuid });
}

function requireName(db: Database, name: string): void {
  if (!isName(name)) throw new Refusal("repo", "Name is not correct");
  if (db.reposByName(name).length > 0) throw new Refusal("repo", "Name is not unique");
}

function requireBranch(registry: RegistryRow, branch: string): void {
  if (!registry.branches.includes(branch)) {
    throw new Refusal("repo", `Branch ${branch} is not in the repository`);
  }
}
