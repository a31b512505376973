import { onlyUser } from "../operations/agents.ts";
import { getNode, ListNodes, listNodes } from "../operations/nodes.ts";
import { listAgents, ListAgents } from "../operations/permissions.ts";
import { checkPipe, getPipe } from "../operations/pipe-config.ts";
import { PipeDataQuery, readableNode, readPipeData } from "../operations/pipe-data.ts";
import {
  branchCommits,
  getRegistry,
  ListCommits,
  listRegistries,
  ListRegistries,
} from "../operations/registries.ts";
import { getRepo, listRepos, ListRepos, repoVersions } from "../operations/repos.ts";
import { getEnv, getSchema, getStateStorage, getTarget } from "../operations/unit-device.ts";
import { listLogs, ListLogs } from "../operations/unit-logs.ts";
import { getUnit, listUnits, ListUnits } from "../operations/units.ts";
import { Credentials, getUser, listUsers, ListUsers, signIn } from "../operations/users.ts";
import { parse } from "../operations/validation.ts";
import type { RequestContext, Resolvers } from "./resolver.ts";
import { asksFor } from "./selection.ts";

const uuidOf = ({ uuid }: Readonly<Record<string, unknown>>): string => String(uuid);
export const textOf = (value: unknown): string => String(value);

export const QUERIES: Resolvers = {
  getToken: ({ instance, agent }, { data }) =>
    signIn(instance, agent(), parse("body", Credentials, data)),
  getUser: ({ instance, agent }, args) => getUser(instance, agent(), uuidOf(args)),
  getUsers({ instance, agent }, { filters }) {
    const { count, rows } = listUsers(instance, agent(), parse("query", ListUsers, filters));
    return { count, users: rows };
  },
  getRepositoryRegistry: ({ instance, agent }, args) =>
    getRegistry(instance, agent(), uuidOf(args)),
  getRepositoriesRegistry({ instance, agent }, { filters }) {
    const query = parse("query", ListRegistries, filters);
    const { count, rows } = listRegistries(instance, agent(), query);
    return { count, repositories_registry: rows };
  },
  getBranchCommits: ({ instance, agent }, args) =>
    branchCommits(instance, agent(), uuidOf(args), parse("query", ListCommits, args["filters"])),
  getRepo: ({ instance, agent }, args) => getRepo(instance, agent(), uuidOf(args)),
  getRepos({ instance, agent }, { filters }) {
    const { count, rows } = listRepos(instance, agent(), parse("query", ListRepos, filters));
    return { count, repos: rows };
  },
  getVersions: ({ instance, agent }, args) => repoVersions(instance, agent(), uuidOf(args)),
  /** The catalogue's repositories have no release assets. */
  getAvailablePlatforms({ instance, agent }, args) {
    onlyUser(agent());
    getRepo(instance, agent(), uuidOf(args));
    return [];
  },
  getUnit: ({ instance, agent }, args) => getUnit(instance, agent(), uuidOf(args)),
  getUnits({ instance, agent }, { filters }, info) {
    const query = parse("query", ListUnits, {
      ...Object(filters),
      is_include_output_unit_nodes: asksFor(info, "units", "unitNodes"),
    });
    const { count, rows } = listUnits(instance, agent(), query);
    return { count, units: rows };
  },
  getUnitEnv: ({ instance, agent }, args) =>
    JSON.stringify(getEnv(instance, agent(), uuidOf(args))),
  getTargetVersion: ({ instance, agent }, args) => getTarget(instance, agent(), uuidOf(args)),
  getUnitCurrentSchema: ({ instance, agent }, args) =>
    JSON.stringify(getSchema(instance, agent(), uuidOf(args))),
  getStateStorage: ({ instance, agent }, args) => getStateStorage(instance, agent(), uuidOf(args)),
  async getUnitLogs({ instance, agent }, { filters }) {
    const { count, rows } = await listLogs(instance, agent(), parse("query", ListLogs, filters));
    return { count, unit_logs: rows };
  },
  getUnitNode: ({ instance, agent }, args) => getNode(instance, agent(), uuidOf(args)),
  getUnitNodes({ instance, agent }, { filters }) {
    const { count, rows } = listNodes(instance, agent(), parse("query", ListNodes, filters));
    return { count, unit_nodes: rows };
  },
  getPipeData: (context, { filters }) => pipeData(context, parse("query", PipeDataQuery, filters)),
  checkDataPipeConfig: ({ instance, agent }, { file }) =>
    checkPipe(instance, agent(), textOf(file)),
  getDataPipeConfig: ({ instance, agent }, args) => getPipe(instance, agent(), uuidOf(args)),
  getBaseMetrics: ({ baseMetrics, agent }) => baseMetrics.read(agent()),
  getResourceAgents({ instance, agent }, { filters }) {
    const { count, rows } = listAgents(instance, agent(), parse("query", ListAgents, filters));
    return { count, permissions: rows };
  },
};

async function pipeData({ instance, agent }: RequestContext, query: PipeDataQuery) {
  const node = readableNode(instance, agent(), query.uuid);
  if (query.type === "LastValue") {
    const { uuid, state, last_update_datetime } = node;
    const value = {
      __typename: "LastValueType",
      unit_node_uuid: uuid,
      state,
      last_update_datetime,
    };
    return { count: 1, pipe_data: [value] };
  }
  const { count, rows } = await readPipeData(instance, query.type, query);
  // The type lacks a field of the table: the platform fails as soon as there is a row.
  if (query.type === "Aggregation" && rows.length > 0) {
    throw new Error("AggregationType() got an unexpected keyword argument 'end_window_datetime'");
  }
  return { count, pipe_data: rows.map((row) => ({ ...row, __typename: `${query.type}Type` })) };
}
