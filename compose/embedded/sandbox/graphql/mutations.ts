import { only } from "../operations/agents.ts";
import { setInputState } from "../operations/node-state.ts";
import { createEdge, CreateEdge, deleteEdge, patchNode, PatchNode } from "../operations/nodes.ts";
import {
  createPermission,
  CreatePermission,
  deletePermission,
  DeletePermission,
} from "../operations/permissions.ts";
import { setPipe } from "../operations/pipe-config.ts";
import { importPipeData } from "../operations/pipe-csv.ts";
import { deletePipeData } from "../operations/pipe-data.ts";
import { createRegistry, CreateRegistry, deleteRegistry } from "../operations/registries.ts";
import { createRepo, CreateRepo, deleteRepo, patchRepo, PatchRepo } from "../operations/repos.ts";
import { Commands, sendCommand, setEnv, setStateStorage } from "../operations/unit-device.ts";
import { createUnit, CreateUnit, deleteUnit, patchUnit, PatchUnit } from "../operations/units.ts";
import { createUser, CreateUser, patchUser, PatchUser, setBlocked } from "../operations/users.ts";
import { parse } from "../operations/validation.ts";
import { Refusal } from "../platform/refusal.ts";
import { textOf } from "./queries.ts";
import type { Arguments, RequestContext, Resolver, Resolvers } from "./resolver.ts";

const NONE = { is_none: true };
const uuidOf = ({ uuid }: Arguments): string => String(uuid);

/** For what gives nothing back. */
const none =
  (act: (context: RequestContext, args: Arguments) => void | Promise<void>): Resolver =>
  async (context, args) => {
    await act(context, args);
    return NONE;
  };

export const MUTATIONS: Resolvers = {
  createUser({ instance, agent }, { user }) {
    only(agent(), "Bot");
    return createUser(instance, parse("body", CreateUser, user));
  },
  updateUser: ({ instance, agent }, { user }) =>
    patchUser(instance, agent(), parse("body", PatchUser, user)),
  blockUser: none(({ instance, agent }, args) => setBlocked(instance, agent(), uuidOf(args), true)),
  unblockUser: none(({ instance, agent }, args) =>
    setBlocked(instance, agent(), uuidOf(args), false),
  ),
  createRepositoryRegistry: ({ instance, agent }, { repository_registry: given }) =>
    createRegistry(instance, agent(), parse("body", CreateRegistry, given)),
  deleteRepositoryRegistry: none(({ instance, agent }, args) =>
    deleteRegistry(instance, agent(), uuidOf(args)),
  ),
  createRepo: ({ instance, agent }, { repo }) =>
    createRepo(instance, agent(), parse("body", CreateRepo, repo)),
  updateRepo: ({ instance, agent }, args) =>
    patchRepo(instance, agent(), uuidOf(args), parse("body", PatchRepo, args["repo"])),
  deleteRepo: none(({ instance, agent }, args) => deleteRepo(instance, agent(), uuidOf(args))),
  createUnit: ({ instance, agent }, { unit }) =>
    createUnit(instance, agent(), parse("body", CreateUnit, unit)),
  updateUnit: ({ instance, agent }, args) =>
    patchUnit(instance, agent(), uuidOf(args), parse("body", PatchUnit, args["unit"])),
  updateUnitEnv: none(({ instance, agent }, args) =>
    setEnv(instance, agent(), uuidOf(args), textOf(args["env_json_str"])),
  ),
  resetUnitEnv: none(({ instance, agent }, args) =>
    setEnv(instance, agent(), uuidOf(args), undefined),
  ),
  deleteUnit: none(({ instance, agent }, args) => deleteUnit(instance, agent(), uuidOf(args))),
  setStateStorage: none(({ instance, agent }, args) =>
    setStateStorage(instance, agent(), uuidOf(args), textOf(args["state"])),
  ),
  sendCommandToInputBaseTopic: none(({ instance, agent }, args) =>
    sendCommand(instance, agent(), uuidOf(args), parse("query", Commands, args["command"])),
  ),
  updateUnitNode: ({ instance, agent }, args) =>
    patchNode(instance, agent(), uuidOf(args), parse("body", PatchNode, args["unit_node"])),
  setStateUnitNodeInput({ instance, agent }, args) {
    const state: unknown = Reflect.get(Object(args["unit_node"]), "state");
    const given = typeof state === "string" ? state : null;
    return setInputState(instance, agent(), uuidOf(args), given);
  },
  createUnitNodeEdge: ({ instance, agent }, { unit_node_edge: given }) =>
    createEdge(instance, agent(), parse("body", CreateEdge, given)),
  deleteUnitNodeEdge: none(({ instance, agent }, args) =>
    deleteEdge(instance, agent(), {
      input_uuid: textOf(args["input_uuid"]),
      output_uuid: textOf(args["output_uuid"]),
    }),
  ),
  setDataPipeConfig: none(({ instance, agent }, args) =>
    setPipe(instance, agent(), uuidOf(args), textOf(args["file"])),
  ),
  setDataPipeDataCsv: none(({ instance, agent }, args) =>
    importPipeData(instance, agent(), uuidOf(args), textOf(args["file"])),
  ),
  deleteDataPipeData: none(({ instance, agent }, args) =>
    deletePipeData(instance, agent(), uuidOf(args)),
  ),
  createPermission: ({ instance, agent }, { permission }) =>
    createPermission(instance, agent(), parse("body", CreatePermission, permission)),
  deletePermission: none(({ instance, agent }, args) =>
    deletePermission(instance, agent(), parse("query", DeletePermission, args)),
  ),
  /** The main page of the web client asks for it first, whether there is a Grafana or not. */
  setGrafanaCookies() {
    throw new Refusal("feature", "Feature PU_FF_GRAFANA_INTEGRATION_ENABLE is disabled");
  },
};
