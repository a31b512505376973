import { z } from "zod";

/**
 * What GraphQL answers, in its camel case and with enums by their Python names. Fields that are
 * optional here are asked for where the instance has them; a newer one may send more.
 */

export const GraphqlCounts = z.object({
  userCount: z.int(),
  repositoryRegistryCount: z.int(),
  repoCount: z.int(),
  unitCount: z.int(),
  unitNodeCount: z.int(),
  unitNodeEdgeCount: z.int(),
});

export const GraphqlNode = z.object({
  uuid: z.guid(),
  type: z.enum(["OUTPUT", "INPUT"]),
  topicName: z.string(),
  unitUuid: z.guid(),
  visibilityLevel: z.string(),
  state: z.string().nullish(),
  isDataPipeActive: z.boolean().nullish(),
  maxConnections: z.int().nullish(),
});

export const GraphqlUnit = z.object({
  uuid: z.guid(),
  name: z.string(),
  repoUuid: z.guid(),
  visibilityLevel: z.string(),
  lastUpdateDatetime: z.string().nullish(),
  currentCommitVersion: z.string().nullish(),
  firmwareUpdateStatus: z.string().nullish(),
  unitNodes: z.array(GraphqlNode).default([]),
});

export const GraphqlRepo = z.object({
  uuid: z.guid(),
  name: z.string(),
  visibilityLevel: z.string(),
  repositoryRegistryUuid: z.guid(),
  defaultBranch: z.string().nullish(),
  creatorUuid: z.guid().nullish(),
});

export const GraphqlRegistry = z.object({
  uuid: z.guid(),
  repositoryUrl: z.string(),
  syncStatus: z.string().nullish(),
  branches: z.array(z.string()).nullish(),
  creatorUuid: z.guid().nullish(),
});

export const GraphqlUser = z.object({ uuid: z.guid(), login: z.string(), role: z.string() });

export const GraphqlLog = z.object({
  uuid: z.guid(),
  level: z.string(),
  unitUuid: z.guid(),
  text: z.string(),
  createDatetime: z.string(),
});

/** One stored value, of whichever policy: each has fields of its own. */
export const GraphqlRecord = z.object({
  unitNodeUuid: z.guid(),
  state: z.union([z.string(), z.number()]),
  createDatetime: z.string().nullish(),
  lastUpdateDatetime: z.string().nullish(),
  expirationDatetime: z.string().nullish(),
  maxCount: z.int().nullish(),
  size: z.int().nullish(),
});

export const GraphqlEdge = z.object({
  uuid: z.guid(),
  nodeOutputUuid: z.guid(),
  nodeInputUuid: z.guid(),
});

export const Done = z.object({ isNone: z.boolean() });

const list = <Items extends z.ZodRawShape>(items: Items) =>
  z.object({ count: z.int().nonnegative() }).extend(items);

export const UnitPage = list({ units: z.array(GraphqlUnit) });
export const RepoPage = list({ repos: z.array(GraphqlRepo) });
export const RegistryPage = list({ repositoriesRegistry: z.array(GraphqlRegistry) });
export const NodePage = list({ unitNodes: z.array(GraphqlNode) });
export const UserPage = list({ users: z.array(GraphqlUser) });
export const LogPage = list({ unitLogs: z.array(GraphqlLog) });
export const RecordPage = list({ pipeData: z.array(GraphqlRecord) });
