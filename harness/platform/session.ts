import { z } from "zod";
import {
  Commits,
  Edge,
  Registry,
  RegistryList,
  Repo,
  RepoList,
  Unit,
  UnitEnv,
  UnitList,
  UnitNodeList,
  UnitSchema,
  User,
  UserList,
} from "./answers.ts";
import { LogPage, StatePage } from "./base-answers.ts";
import { openGraphql } from "./graphql.ts";
import type { Call, Http } from "./http.ts";
import { pipeCalls } from "./pipes.ts";

export type Visibility = "Public" | "Internal" | "Private";

/** Largest page of a list; without a limit the platform would send every row there is. */
export const PAGE_SIZE = 500;
/** The clone runs within the request; nginx gives up after 90 s. */
const CLONE_TIMEOUT_MS = 100_000;

interface Page {
  readonly offset?: number;
  readonly limit?: number;
  readonly search_string?: string;
  readonly uuids?: readonly string[];
  readonly order_by_create_date?: "asc" | "desc";
}

interface UnitQuery extends Page {
  readonly repo_uuid?: string;
  readonly creator_uuid?: string;
  readonly is_include_output_unit_nodes?: boolean;
}

export interface NewRegistry {
  readonly platform: "Gitlab" | "Github";
  readonly repository_url: string;
  readonly is_public_repository: boolean;
}

export interface NewRepo {
  readonly repository_registry_uuid: string;
  readonly default_branch: string;
  readonly visibility_level: Visibility;
  readonly name: string;
  readonly is_compilable_repo: boolean;
}

export interface RepoChange {
  readonly is_auto_update_repo?: boolean;
  readonly is_only_tag_update?: boolean;
  readonly default_branch?: string;
  readonly default_commit?: string;
}

export interface NewUnit {
  readonly repo_uuid: string;
  readonly visibility_level: Visibility;
  readonly name: string;
  readonly is_auto_update_from_repo_unit: boolean;
}

/** The platform orders by each of these in turn unless it is empty. */
const BY_LAST_UPDATE = {
  order_by_create_date: "",
  order_by_last_update: "desc",
  order_by_unit_name: "",
} as const;

const NOT_PRIVATE: readonly Visibility[] = ["Public", "Internal"];

interface SessionParts {
  readonly http: Http;
  readonly api: string;
  readonly token: string;
  readonly userUuid: string;
  readonly signal: AbortSignal | undefined;
  readonly unitUsers: UnitUserAccess;
}

/** Users whose password follows from the one signed in with. */
export interface UnitUserAccess {
  create(login: string): Promise<User>;
  signIn(login: string): Promise<PlatformSession>;
}

/** What a signed-in user can ask of the instance. */
export type PlatformSession = ReturnType<typeof calls> & {
  readonly url: string;
  /** Secret: the user's JWT, for requests that are load and not calls. */
  readonly token: string;
  /** The user who signed in. */
  readonly userUuid: string;
  /** The same login under another signal, e.g. to clean up after an interrupt. */
  under(signal: AbortSignal | undefined): PlatformSession;
  /** What a Unit may ask by its own JWT; its permissions are few, so that its lists are cheap. */
  asUnit(token: string): PlatformSession;
};

/** The calls of one login. */
export function openSession(parts: SessionParts): PlatformSession {
  return {
    url: parts.http.origin,
    token: parts.token,
    userUuid: parts.userUuid,
    under: (signal) => openSession({ ...parts, signal }),
    asUnit: (token) => openSession({ ...parts, token }),
    ...calls(parts),
  };
}

const Nothing = z.unknown().transform((): void => undefined);

function calls({ http, api, token, userUuid, signal, unitUsers }: SessionParts) {
  const send = <T>(call: Call<T>) => http.call({ ...call, path: api + call.path, token, signal });
  const get = <T>(path: string, answer: z.ZodType<T>, query: Call<T>["query"] = {}) =>
    send({ method: "GET", path, answer, query });
  const post = <T>(path: string, answer: z.ZodType<T>, body: unknown, timeoutMs = 30_000) =>
    send({ method: "POST", path, answer, body, timeoutMs });
  const patchNothing = (path: string) => send({ method: "PATCH", path, answer: Nothing });
  const remove = (path: string) => send({ method: "DELETE", path, answer: Nothing });
  const id = encodeURIComponent;

  return {
    me: () => get(`/users/${id(userUuid)}`, User),
    users: {
      named: async (login: string): Promise<User | undefined> => {
        const { users } = await get("/users", UserList, { search_string: login });
        return users.find((user) => user.login === login);
      },
      create: (login: string) => unitUsers.create(login),
      signIn: async (login: string) => (await unitUsers.signIn(login)).under(signal),
      block: (uuid: string) => patchNothing(`/users/block/${id(uuid)}`),
      unblock: (uuid: string) => patchNothing(`/users/unblock/${id(uuid)}`),
    },
    registries: {
      list: (query: Page = {}) => get("/repository_registry", RegistryList, { ...query }),
      get: (uuid: string) => get(`/repository_registry/${id(uuid)}`, Registry),
      commits: (uuid: string, branch: string, onlyTag: boolean) =>
        get(`/repository_registry/branch_commits/${id(uuid)}`, Commits, {
          repo_branch: branch,
          only_tag: onlyTag,
          limit: 1,
        }),
      create: (body: NewRegistry) => post("/repository_registry", Registry, body, CLONE_TIMEOUT_MS),
      delete: (uuid: string) => remove(`/repository_registry/${id(uuid)}`),
    },
    repos: {
      list: (query: Page & { repository_registry_uuid?: string } = {}) =>
        get("/repos", RepoList, { ...query }),
      get: (uuid: string) => get(`/repos/${id(uuid)}`, Repo),
      create: (body: NewRepo) => post("/repos", Repo, body),
      patch: (uuid: string, body: RepoChange) =>
        send({ method: "PATCH", path: `/repos/${id(uuid)}`, answer: Repo, body }),
      delete: (uuid: string) => remove(`/repos/${id(uuid)}`),
    },
    units: {
      list: (query: UnitQuery = {}) => get("/units", UnitList, { ...query }),
      get: (uuid: string) => get(`/units/${id(uuid)}`, Unit),
      create: (body: NewUnit) => post("/units", Unit, body),
      delete: (uuid: string) => remove(`/units/${id(uuid)}`),
      env: (uuid: string) => get(`/units/env/${id(uuid)}`, UnitEnv),
      currentSchema: (uuid: string) => get(`/units/get_current_schema/${id(uuid)}`, UnitSchema),
      /** A repo's Units that are not private, those that changed last first. */
      states: (query: Page & { repo_uuid: string }) =>
        get("/units", StatePage, { ...query, ...BY_LAST_UPDATE, visibility_level: NOT_PRIVATE }),
      /** What a Unit logged, the newest first. */
      logs: (uuid: string, page: Page) =>
        get("/units/log_list/", LogPage, { uuid, order_by_create_date: "desc", ...page }),
    },
    unitNodes: (
      query: Page & { unit_uuid?: string; type?: readonly string[]; output_uuid?: string } = {},
    ) => get("/unit_nodes", UnitNodeList, { ...query }),
    pipes: pipeCalls(send),
    createEdge: (outputUuid: string, inputUuid: string) =>
      post("/unit_nodes/create_unit_node_edge", Edge, {
        node_output_uuid: outputUuid,
        node_input_uuid: inputUuid,
      }),
    /** REST has no way to. */
    deleteEdge: async (outputUuid: string, inputUuid: string): Promise<void> => {
      await openGraphql({ http, token, signal }).deleteEdge(outputUuid, inputUuid);
    },
  };
}

/** Every item of a list, page by page. */
export async function allPages<T>(
  page: (range: { offset: number; limit: number }) => Promise<readonly T[]>,
): Promise<T[]> {
  const items: T[] = [];
  for (;;) {
    const more = await page({ offset: items.length, limit: PAGE_SIZE });
    items.push(...more);
    if (more.length < PAGE_SIZE) return items;
  }
}
