import { z } from "zod";

/**
 * What the platform answers, in its own field names (REST of pepeunit_backend 1.2). Only what we
 * read is asked for; a newer platform may send more.
 */

const flag = z.boolean().default(false);

export const Root = z.object({
  name: z.string(),
  version: z.string(),
  feature_flags: z.object({
    pu_ff_telegram_bot_enable: flag,
    pu_ff_grafana_integration_enable: flag,
    pu_ff_datapipe_enable: flag,
    pu_ff_datapipe_default_last_value_enable: flag,
    pu_ff_prometheus_enable: flag,
  }),
});
export type Root = z.infer<typeof Root>;

/** How much the instance holds; it may be ten minutes old. */
export const Counts = z.object({
  user_count: z.int(),
  repository_registry_count: z.int(),
  repo_count: z.int(),
  unit_count: z.int(),
  unit_node_count: z.int(),
  unit_node_edge_count: z.int(),
});
export type Counts = z.infer<typeof Counts>;

export const Token = z.object({ token: z.string().min(1) });

export const User = z.object({
  uuid: z.guid(),
  role: z.string(),
  login: z.string(),
  status: z.string().optional(),
});
export type User = z.infer<typeof User>;
export const UserList = z.object({ count: z.int(), users: z.array(User) });

export const Registry = z.object({
  uuid: z.guid(),
  repository_url: z.string(),
  sync_status: z.string().nullish(),
  sync_error: z.string().nullish(),
  branches: z.array(z.string()).default([]),
  creator_uuid: z.guid().nullish(),
});
export type Registry = z.infer<typeof Registry>;

export const Commits = z.array(z.object({ commit: z.string(), tag: z.string().nullish() }));

export const Repo = z.object({
  uuid: z.guid(),
  name: z.string(),
  default_branch: z.string().nullish(),
  default_commit: z.string().nullish(),
  is_auto_update_repo: z.boolean(),
  is_only_tag_update: z.boolean(),
  repository_registry_uuid: z.guid(),
});
export type Repo = z.infer<typeof Repo>;

export const UnitNode = z.object({
  uuid: z.guid(),
  type: z.string(),
  topic_name: z.string(),
  unit_uuid: z.guid(),
  state: z.string().nullish(),
  is_data_pipe_active: z.boolean().default(false),
});
export type UnitNode = z.infer<typeof UnitNode>;

export const Unit = z.object({
  uuid: z.guid(),
  name: z.string(),
  repo_uuid: z.guid(),
  creator_uuid: z.guid().nullish(),
  last_update_datetime: z.string().nullish(),
  unit_nodes: z.array(UnitNode).default([]),
});
export type Unit = z.infer<typeof Unit>;

export const Edge = z.object({
  uuid: z.guid(),
  node_output_uuid: z.guid(),
  node_input_uuid: z.guid(),
});
export type Edge = z.infer<typeof Edge>;

/** The env.json of a Unit: a secret. */
export const UnitEnv = z.object({
  PU_AUTH_TOKEN: z.string().min(1),
  PU_MQTT_HOST: z.string().min(1),
  PU_MQTT_PORT: z.coerce.number().int().min(1).max(65_535),
  PU_DOMAIN: z.string().min(1),
  PU_COMMIT_VERSION: z.string().min(1).optional(),
  /** Seconds. */
  PU_STATE_SEND_INTERVAL: z.coerce.number().positive().optional(),
});
export type UnitEnv = z.infer<typeof UnitEnv>;

const Topics = z.record(z.string(), z.array(z.string()));

/** The schema.json of a Unit: per topic name, the broker topics it stands for. */
export const UnitSchema = z.object({
  input_base_topic: Topics,
  output_base_topic: Topics,
  input_topic: Topics,
  output_topic: Topics,
});
export type UnitSchema = z.infer<typeof UnitSchema>;

export const Decision = z.object({ result: z.enum(["allow", "deny"]) });

export const RegistryList = z.object({
  count: z.int(),
  repositories_registry: z.array(Registry),
});
export const RepoList = z.object({ count: z.int(), repos: z.array(Repo) });
export const UnitList = z.object({ count: z.int(), units: z.array(Unit) });
export const UnitNodeList = z.object({ count: z.int(), unit_nodes: z.array(UnitNode) });
