import { LoadstoneError } from "../errors.ts";
import { type Clock, pause } from "../load/clock.ts";
import type { Registry, Repo } from "./answers.ts";
import { makeOnce } from "./make-once.ts";
import type { Manifest } from "./manifest.ts";
import type { PlatformSession, Visibility } from "./session.ts";

export interface RepositoryOptions {
  readonly session: PlatformSession;
  readonly manifest: Manifest;
  /** A public git repository with `schema_example.json`; ends in `.git`. */
  readonly repositoryUrl: string;
  readonly repoName: string;
  readonly visibility: Visibility;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  readonly log: (line: string) => void;
}

const SYNC_POLLS = 60;
const SYNC_POLL_MS = 1000;

/** A repo of the run that Units can be created from, on a registry made or found. */
export async function openRepository(options: RepositoryOptions): Promise<Repo> {
  const { session, manifest, repoName, visibility } = options;
  checkUrl(options.repositoryUrl);
  const earlier = await earlierRepo(options);
  if (earlier !== undefined) return earlier;
  const found = (await findRegistry(options)) ?? (await createRegistry(options));
  const registry = await waitForSync(options, found);
  const branch = mainBranch(registry);
  await manifest.intend("repo", repoName);
  const wanted = {
    repository_registry_uuid: registry.uuid,
    default_branch: branch,
    visibility_level: visibility,
    name: repoName,
    is_compilable_repo: false,
  };
  const repo = await makeOnce({
    make: () => session.repos.create(wanted),
    find: () => repoNamed(session, registry.uuid, repoName),
    clock: options.clock,
    signal: options.signal,
  });
  await manifest.made("repo", repoName, repo.uuid);
  return pinCommit(session, repo, branch);
}

/** The repo that an earlier run made under this manifest, if it is still there. */
async function earlierRepo(options: RepositoryOptions): Promise<Repo | undefined> {
  const { session, manifest, repoName, repositoryUrl } = options;
  const entry = manifest.outstanding().find(({ kind }) => kind === "repo");
  if (entry === undefined) return undefined;
  const { repos } = await session.repos.list({ search_string: repoName });
  const repo = repos.find(({ name }) => name === repoName);
  if (repo === undefined) return undefined;
  if (entry.uuid !== repo.uuid) await manifest.made("repo", repoName, repo.uuid);
  const registry = await session.registries.get(repo.repository_registry_uuid);
  if (registry.repository_url !== repositoryUrl) {
    throw new LoadstoneError(
      "CONFIG_INVALID",
      `The Units to reuse run ${registry.repository_url}, not ${repositoryUrl}`,
      { hint: "Name their repository with --repository, or make a new fleet without --reuse." },
    );
  }
  return isPinned(repo) ? repo : pinCommit(session, repo, mainBranch(registry));
}

const isPinned = ({ is_auto_update_repo, default_commit }: Repo): boolean =>
  !is_auto_update_repo && typeof default_commit === "string";

function checkUrl(repositoryUrl: string): void {
  const url = URL.canParse(repositoryUrl) ? new URL(repositoryUrl) : undefined;
  const hint = "Use the http(s) clone address of a public repository, ending in .git.";
  if (url === undefined || !/^https?:$/.test(url.protocol) || !url.pathname.endsWith(".git")) {
    throw new LoadstoneError("CONFIG_INVALID", "The repository URL is not a clone address.", {
      hint,
    });
  }
  if (url.username !== "" || url.password !== "") {
    throw new LoadstoneError("CONFIG_INVALID", "The repository URL carries credentials.", { hint });
  }
}

async function findRegistry({ session, repositoryUrl }: RepositoryOptions) {
  const page = await session.registries.list({ search_string: repositoryUrl });
  return page.repositories_registry.find((one) => one.repository_url === repositoryUrl);
}

async function repoNamed(session: PlatformSession, registry: string, name: string) {
  const page = { repository_registry_uuid: registry, search_string: name };
  return (await session.repos.list(page)).repos.find((repo) => repo.name === name);
}

async function createRegistry(options: RepositoryOptions): Promise<Registry> {
  const { session, manifest, repositoryUrl, log } = options;
  log(`Adding the repository ${repositoryUrl}`);
  await manifest.intend("registry", repositoryUrl);
  const wanted = {
    platform: new URL(repositoryUrl).hostname === "github.com" ? "Github" : "Gitlab",
    repository_url: repositoryUrl,
    is_public_repository: true,
  } as const;
  const registry = await makeOnce({
    make: () => session.registries.create(wanted),
    find: () => findRegistry(options),
    clock: options.clock,
    signal: options.signal,
  });
  // Where somebody was quicker it is theirs, so it is not ours to delete.
  const owner = registry.creator_uuid ?? session.userUuid;
  if (owner === session.userUuid) await manifest.made("registry", repositoryUrl, registry.uuid);
  else await manifest.removed("registry", repositoryUrl);
  return registry;
}

async function waitForSync(options: RepositoryOptions, found: Registry): Promise<Registry> {
  const { session, clock, signal, repositoryUrl } = options;
  let registry = found;
  for (let poll = 0; registry.sync_status !== "Updated"; poll++) {
    if (registry.sync_status === "Error" || poll === SYNC_POLLS) {
      const reason = registry.sync_error ?? `not synchronised within ${SYNC_POLLS} s`;
      throw new LoadstoneError("PROVISIONING_FAILED", `Repository ${repositoryUrl}: ${reason}`, {
        hint: "The instance clones it itself: check that the instance can reach that address.",
      });
    }
    // An interrupt is reported by the call that follows.
    await pause(clock, SYNC_POLL_MS, signal).catch(() => undefined);
    registry = await session.registries.get(found.uuid);
  }
  return registry;
}

function mainBranch({ branches, repository_url }: Registry): string {
  const branch = branches.find((name) => /^(main|master)$/.test(name)) ?? branches[0];
  if (branch !== undefined) return branch;
  throw new LoadstoneError("PROVISIONING_FAILED", `Repository ${repository_url} has no branch.`);
}

/**
 * Fixes the commit, so that the hourly update sweep leaves our Units alone. A repository without
 * any tag must not ask for one, or no Unit can be created from it.
 */
async function pinCommit(session: PlatformSession, repo: Repo, branch: string): Promise<Repo> {
  const registry = repo.repository_registry_uuid;
  const tagged = (await session.registries.commits(registry, branch, true))[0];
  const target = tagged ?? (await session.registries.commits(registry, branch, false))[0];
  if (target === undefined) {
    throw new LoadstoneError("PROVISIONING_FAILED", `Branch ${branch} has no commit.`);
  }
  return session.repos.patch(repo.uuid, {
    is_auto_update_repo: false,
    is_only_tag_update: tagged !== undefined,
    default_branch: branch,
    default_commit: target.commit,
  });
}
