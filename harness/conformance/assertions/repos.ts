import type { Assertion } from "../assertion.ts";
import type { Bench } from "../bench.ts";
import { aText, aUuid, aWholeNumber, present, same } from "../same.ts";
import { detail } from "./rest.ts";

/** The repo of the fleet. */
async function fleetRepo({ parts }: Bench) {
  const { repos } = await parts.user.repos.list({ search_string: `${parts.prefix}repo` });
  const [repo] = repos;
  if (repo === undefined) throw new Error("the fleet has no repo");
  return repo;
}

const addRegistry = (bench: Bench, repository_url: string) =>
  bench.call("POST", "/repository_registry", {
    body: { platform: "Gitlab", repository_url, is_public_repository: true },
  });

/** Mirrors of repositories, and the repos made from them. */
export const REPOS: readonly Assertion[] = [
  {
    id: "repos/mirror-fields",
    contract: "REST §4",
    quirk: "a mirror tells its branches, and how its copy went",
    check: async (bench) => {
      const { repository_registry_uuid: uuid } = await fleetRepo(bench);
      same("a registry", await bench.call("GET", `/repository_registry/${uuid}`), {
        status: 200,
        body: {
          uuid,
          platform: /^(Gitlab|Github)$/,
          repository_url: /^https?:.*\.git$/,
          is_public_repository: true,
          releases_data: present,
          local_repository_size: aWholeNumber,
          sync_status: "Updated",
          sync_error: null,
          branches: (seen: unknown) => Array.isArray(seen) && seen.length > 0,
        },
      });
    },
  },
  {
    id: "repos/url",
    contract: "REST §1.4",
    quirk: "a repository's URL ends in .git and is mirrored once",
    check: async (bench) => {
      same("not .git", await addRegistry(bench, "https://git.invalid/x"), { status: 422 });
      const { repository_registry_uuid: uuid } = await fleetRepo(bench);
      const { repository_url: url } = await bench.parts.user.registries.get(uuid);
      same("again", await addRegistry(bench, url), detail(422, /^422: 13: .*is exist$/));
    },
  },
  {
    id: "repos/failed-mirror",
    contract: "REST §4",
    quirk: "a repository that cannot be copied is added all the same, with its error",
    check: async (bench) => {
      const { manifest, prefix } = bench.parts;
      const url = `https://git.invalid/loadstone/${prefix}broken.git`;
      await manifest.intend("registry", url);
      const answer = await addRegistry(bench, url);
      same("POST", answer, {
        status: 201,
        body: { uuid: aUuid, sync_status: "Error", sync_error: aText, branches: [] },
      });
      await manifest.made("registry", url, (answer.body as { uuid: string }).uuid);
    },
  },
  {
    id: "repos/commits",
    contract: "REST §4",
    quirk: "the commits of a branch, with their tags",
    check: async (bench) => {
      const { repository_registry_uuid: uuid, default_branch: branch } = await fleetRepo(bench);
      const path = `/repository_registry/branch_commits/${uuid}?repo_branch=${branch ?? ""}`;
      same(`GET ${path}`, await bench.call("GET", `${path}&limit=1`), {
        status: 200,
        body: [{ commit: /^[0-9a-f]{40}$/, summary: aText, tag: present }],
      });
      same("no branch", await bench.call("GET", path.split("?")[0] ?? ""), { status: 422 });
    },
  },
  {
    id: "repos/versions",
    contract: "REST §5",
    quirk: "a repo tells how many Units it has, and which version they reported",
    check: async (bench) => {
      const { uuid } = await fleetRepo(bench);
      same("versions", await bench.call("GET", `/repos/versions/${uuid}`), {
        status: 200,
        body: { unit_count: bench.parts.units.length, versions: present },
      });
    },
  },
  {
    id: "repos/no-units",
    contract: "REST §5",
    quirk: "a Unit's token does not read repos",
    check: async (bench) => {
      const { uuid } = await fleetRepo(bench);
      const { token } = bench.unit(0);
      same("as a Unit", await bench.call("GET", `/repos/${uuid}`, { token }), { status: 403 });
    },
  },
  {
    id: "repos/in-use",
    contract: "REST §5",
    quirk: "a repo with Units is not deleted",
    check: async (bench) => {
      const { uuid } = await fleetRepo(bench);
      same("DELETE", await bench.call("DELETE", `/repos/${uuid}`), { status: 422 });
    },
  },
  {
    id: "repos/new",
    contract: "REST §5",
    quirk: "a new repo updates itself from tags only, whatever was asked",
    check: async (bench) => {
      const { manifest, prefix } = bench.parts;
      const name = `${prefix}tag`;
      const fleet = await fleetRepo(bench);
      await manifest.intend("repo", name);
      const answer = await bench.call("POST", "/repos", {
        body: {
          repository_registry_uuid: fleet.repository_registry_uuid,
          default_branch: fleet.default_branch,
          visibility_level: "Internal",
          name,
          is_compilable_repo: false,
        },
      });
      same("POST /repos", answer, {
        status: 201,
        body: { uuid: aUuid, is_auto_update_repo: true, is_only_tag_update: true },
      });
      await manifest.made("repo", name, (answer.body as { uuid: string }).uuid);
    },
  },
  {
    id: "repos/tag-rule",
    contract: "REST §5",
    quirk: "no Unit can be created from a repo without a tag until it asks for none",
    needs: ["untagged"],
    check: async (bench) => {
      const { manifest, prefix, user, untagged = "" } = bench.parts;
      await manifest.intend("registry", untagged);
      const registry = await user.registries.create({
        platform: "Gitlab",
        repository_url: untagged,
        is_public_repository: true,
      });
      await manifest.made("registry", untagged, registry.uuid);
      const name = `${prefix}bare`;
      await manifest.intend("repo", name);
      const { uuid } = await user.repos.create({
        repository_registry_uuid: registry.uuid,
        default_branch: registry.branches[0] ?? "main",
        visibility_level: "Internal",
        name,
        is_compilable_repo: false,
      });
      await manifest.made("repo", name, uuid);
      const unit = {
        repo_uuid: uuid,
        visibility_level: "Internal",
        name: `${prefix}bare1`,
        is_auto_update_from_repo_unit: true,
      };
      await manifest.intend("unit", unit.name);
      same(
        "without a tag",
        await bench.call("POST", "/units", { body: unit }),
        detail(422, /tags/),
      );
      await user.repos.patch(uuid, { is_only_tag_update: false });
      const made = await bench.call("POST", "/units", { body: unit });
      same("once it asks for none", made, { status: 201, body: { uuid: aUuid, unit_nodes: [] } });
      await manifest.made("unit", unit.name, (made.body as { uuid: string }).uuid);
    },
  },
];
