import type { Database } from "../state/database.ts";
import type { RepoRow, UnitRow } from "../state/rows.ts";
import { repositoryContent, type RepositoryContent } from "./catalogue.ts";
import { existing, Refusal } from "./refusal.ts";

export interface TargetVersion {
  readonly commit: string;
  readonly tag: string | null;
}

export function contentOf(db: Database, repo: RepoRow): RepositoryContent {
  return repositoryContent(
    existing(db.registries.get(repo.repository_registry_uuid)).repository_url,
  );
}

/** The version that a repo gives to its units; a repo that follows tags needs one. */
export function repoTarget(db: Database, repo: RepoRow): TargetVersion {
  const { commit, syncError } = contentOf(db, repo);
  if (syncError !== null) throw new Refusal("git", syncError);
  if (!repo.is_auto_update_repo) return { commit: repo.default_commit ?? commit.commit, tag: null };
  if ((repo.is_compilable_repo || repo.is_only_tag_update) && commit.tag === null) {
    throw new Refusal("git", "Version is missing: The tags are not in the repository");
  }
  return { commit: commit.commit, tag: commit.tag };
}

/** The version that a unit should run. */
export function unitTarget(db: Database, unit: UnitRow): TargetVersion {
  const repo = existing(db.repos.get(unit.repo_uuid));
  // The repo is checked first even when the unit names its own commit.
  const target = repoTarget(db, repo);
  if (unit.is_auto_update_from_repo_unit || unit.repo_commit === null) return target;
  const { commit } = contentOf(db, repo);
  return { commit: unit.repo_commit, tag: commit.commit === unit.repo_commit ? commit.tag : null };
}
