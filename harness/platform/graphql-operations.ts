import type { z } from "zod";
import {
  Done,
  GraphqlCounts,
  GraphqlEdge,
  GraphqlNode,
  LogPage,
  NodePage,
  RecordPage,
  RegistryPage,
  RepoPage,
  UnitPage,
  UserPage,
} from "./graphql-answers.ts";

/** One operation of the platform and what we ask of its answer. */
export interface Operation<T> {
  readonly kind: "query" | "mutation";
  readonly name: string;
  /** Names and types of its arguments, as the schema has them. */
  readonly takes: Readonly<Record<string, string>>;
  /** What is selected; a field with `?` is left out where the instance does not know it. */
  readonly selects: string;
  readonly answer: z.ZodType<T>;
}

const NODE =
  "uuid type topicName unitUuid visibilityLevel state? isDataPipeActive? maxConnections?";
const UNIT =
  "uuid name repoUuid visibilityLevel lastUpdateDatetime? currentCommitVersion? firmwareUpdateStatus?";
const NONE = "isNone";
/** Without AggregationType: its `state` is of another type, and the platform fails to fill it. */
const RECORDS = `
  ... on NRecordsType { unitNodeUuid state createDatetime maxCount? size? }
  ... on TimeWindowType { unitNodeUuid state createDatetime expirationDatetime? size? }
  ... on LastValueType { unitNodeUuid state lastUpdateDatetime? }`;

const query = <T>(
  name: string,
  takes: Operation<T>["takes"],
  selects: string,
  answer: z.ZodType<T>,
): Operation<T> => ({ kind: "query", name, takes, selects, answer });

const mutation = <T>(
  name: string,
  takes: Operation<T>["takes"],
  selects: string,
  answer: z.ZodType<T>,
): Operation<T> => ({ kind: "mutation", name, takes, selects, answer });

const UUID = { uuid: "UUID!" };
const filtered = (type: string) => ({ filters: `${type}!` });

/** The operations the suite uses. */
export const OPERATIONS = {
  counts: query(
    "getBaseMetrics",
    {},
    "userCount repositoryRegistryCount repoCount unitCount unitNodeCount unitNodeEdgeCount",
    GraphqlCounts,
  ),
  users: query(
    "getUsers",
    filtered("UserFilterInput"),
    "count users { uuid login role }",
    UserPage,
  ),
  registries: query(
    "getRepositoriesRegistry",
    filtered("RepositoryRegistryFilterInput"),
    "count repositoriesRegistry { uuid repositoryUrl syncStatus? branches? creatorUuid? }",
    RegistryPage,
  ),
  repos: query(
    "getRepos",
    filtered("RepoFilterInput"),
    "count repos { uuid name visibilityLevel repositoryRegistryUuid defaultBranch? creatorUuid? }",
    RepoPage,
  ),
  units: query("getUnits", filtered("UnitFilterInput"), `count units { ${UNIT} }`, UnitPage),
  /** The nodes cost a join: they are selected only here. */
  unitsWithNodes: query(
    "getUnits",
    filtered("UnitFilterInput"),
    `count units { ${UNIT} unitNodes { ${NODE} } }`,
    UnitPage,
  ),
  unitNodes: query(
    "getUnitNodes",
    filtered("UnitNodeFilterInput"),
    `count unitNodes { ${NODE} }`,
    NodePage,
  ),
  unitLogs: query(
    "getUnitLogs",
    filtered("UnitLogFilterInput"),
    "count unitLogs { uuid level unitUuid text createDatetime }",
    LogPage,
  ),
  pipeData: query(
    "getPipeData",
    filtered("DataPipeFilterInput"),
    `count pipeData { ${RECORDS} }`,
    RecordPage,
  ),
  createEdge: mutation(
    "createUnitNodeEdge",
    { unitNodeEdge: "UnitNodeEdgeCreateInput!" },
    "uuid nodeOutputUuid nodeInputUuid",
    GraphqlEdge,
  ),
  deleteEdge: mutation(
    "deleteUnitNodeEdge",
    { inputUuid: "UUID!", outputUuid: "UUID!" },
    NONE,
    Done,
  ),
  updateUnitNode: mutation(
    "updateUnitNode",
    { ...UUID, unitNode: "UnitNodeUpdateInput!" },
    NODE,
    GraphqlNode,
  ),
  deletePipeData: mutation("deleteDataPipeData", UUID, NONE, Done),
  deleteUnit: mutation("deleteUnit", UUID, NONE, Done),
  sendCommand: mutation(
    "sendCommandToInputBaseTopic",
    { ...UUID, command: "BackendTopicCommand!" },
    NONE,
    Done,
  ),
} as const;

const inBrackets = (text: string): string => (text === "" ? "" : `(${text})`);

/** The document of an operation, without the fields the instance does not know. */
export function documentOf(operation: Operation<unknown>, unknown: ReadonlySet<string>): string {
  const { kind, name, takes, selects } = operation;
  const names = Object.keys(takes);
  const declared = names.map((each) => `$${each}: ${takes[each] ?? ""}`).join(", ");
  const passed = names.map((each) => `${each}: $${each}`).join(", ");
  const fields = selects
    .replaceAll(/(\w+)\?/g, (_all, field: string) => (unknown.has(field) ? "" : field))
    .replaceAll(/\s+/g, " ")
    .trim();
  return `${kind} ${name}${inBrackets(declared)} { ${name}${inBrackets(passed)} { ${fields} } }`;
}

/** Whether the operation can do without a field. */
export const isOptional = ({ selects }: Operation<unknown>, field: string): boolean =>
  new RegExp(`\\b${field}\\?`).test(selects);
