import { z } from "zod";

/** Stored rows have the shape that REST shows, so that reading one is copying it. */

export const Visibility = z.enum(["Public", "Internal", "Private"]);
export type Visibility = z.infer<typeof Visibility>;

const text = z.string();
const maybe = z.string().nullable();

export const UserRow = z.strictObject({
  uuid: text,
  role: z.enum(["User", "Admin"]),
  status: z.enum(["Unverified", "Verified", "Blocked"]),
  login: text,
  grafana_org_name: text,
  grafana_org_id: maybe,
  create_datetime: text,
});
export type UserRow = z.infer<typeof UserRow>;

/** Its uuid is the user's. */
export const PasswordRow = z.strictObject({ uuid: text, salt: text, hash: text });
export type PasswordRow = z.infer<typeof PasswordRow>;

export const RegistryRow = z.strictObject({
  uuid: text,
  platform: z.enum(["Gitlab", "Github"]),
  repository_url: text,
  is_public_repository: z.boolean(),
  releases_data: maybe,
  local_repository_size: z.int(),
  sync_status: z.enum(["Updated", "Processing", "Error"]),
  sync_error: maybe,
  sync_last_datetime: text,
  create_datetime: text,
  last_update_datetime: text,
  creator_uuid: maybe,
  branches: z.array(text),
});
export type RegistryRow = z.infer<typeof RegistryRow>;

export const RepoRow = z.strictObject({
  uuid: text,
  visibility_level: Visibility,
  name: text,
  create_datetime: text,
  default_branch: maybe,
  is_auto_update_repo: z.boolean(),
  default_commit: maybe,
  is_only_tag_update: z.boolean(),
  is_compilable_repo: z.boolean(),
  last_update_datetime: text,
  creator_uuid: text,
  repository_registry_uuid: text,
});
export type RepoRow = z.infer<typeof RepoRow>;

export const UnitState = z.object({
  ifconfig: z.array(z.unknown()).nullable().default(null),
  millis: z.number().nullable().default(null),
  mem_free: z.number().nullable().default(null),
  mem_alloc: z.number().nullable().default(null),
  freq: z.number().nullable().default(null),
  statvfs: z.array(z.unknown()).nullable().default(null),
  pu_commit_version: maybe.default(null),
});
export type UnitState = z.infer<typeof UnitState>;

export const UnitRow = z.strictObject({
  uuid: text,
  visibility_level: Visibility,
  name: text,
  create_datetime: text,
  is_auto_update_from_repo_unit: z.boolean(),
  target_firmware_platform: maybe,
  repo_branch: maybe,
  repo_commit: maybe,
  unit_state: UnitState.nullable(),
  current_commit_version: maybe,
  last_update_datetime: text,
  creator_uuid: text,
  repo_uuid: text,
  firmware_update_status: z.enum(["RequestSent", "Error", "Success"]).nullable(),
  firmware_update_error: maybe,
  last_firmware_update_datetime: maybe,
});
export type UnitRow = z.infer<typeof UnitRow>;

/** What a unit keeps that no list shows; its uuid is the unit's. */
export const UnitFilesRow = z.strictObject({ uuid: text, env: maybe, state_storage: text });
export type UnitFilesRow = z.infer<typeof UnitFilesRow>;

export const NodeRow = z.strictObject({
  uuid: text,
  type: z.enum(["Output", "Input"]),
  visibility_level: Visibility,
  is_rewritable_input: z.boolean(),
  max_connections: z.int(),
  topic_name: text,
  last_update_datetime: text,
  is_data_pipe_active: z.boolean(),
  data_pipe_yml: maybe,
  data_pipe_status: z.enum(["Active", "Inactive", "Error"]).nullable(),
  data_pipe_error: maybe,
  create_datetime: text,
  state: maybe,
  unit_uuid: text,
  creator_uuid: text,
});
export type NodeRow = z.infer<typeof NodeRow>;

export const EdgeRow = z.strictObject({
  uuid: text,
  node_output_uuid: text,
  node_input_uuid: text,
});
export type EdgeRow = z.infer<typeof EdgeRow>;

export const PermissionRow = z.strictObject({
  uuid: text,
  agent_uuid: text,
  agent_type: z.enum(["User", "Unit"]),
  resource_uuid: text,
  resource_type: z.enum(["Repo", "Unit", "UnitNode"]),
});
export type PermissionRow = z.infer<typeof PermissionRow>;

/** Every table and the shape of its rows. */
export const TABLES = {
  users: UserRow,
  passwords: PasswordRow,
  registries: RegistryRow,
  repos: RepoRow,
  units: UnitRow,
  unitFiles: UnitFilesRow,
  nodes: NodeRow,
  edges: EdgeRow,
  permissions: PermissionRow,
} as const;
export type TableName = keyof typeof TABLES;
export type Rows = { readonly [T in TableName]: z.infer<(typeof TABLES)[T]> };

/** One step of a transaction: a row written whole, or one removed. */
export type Change<T extends TableName = TableName> =
  | { [K in T]: { readonly table: K; readonly put: Rows[K] } }[T]
  | { readonly table: T; readonly drop: string };
