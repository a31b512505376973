import { randomUUID } from "node:crypto";
import type { NodeRow, RepoRow, UnitRow } from "./rows.ts";

/** A node for tests, with what the test is about. */
export const nodeRow = (about: Partial<NodeRow> = {}): NodeRow => ({
  uuid: randomUUID(),
  type: "Output",
  visibility_level: "Public",
  is_rewritable_input: false,
  max_connections: 10,
  topic_name: "output/pepeunit",
  last_update_datetime: "2026-05-01T00:00:00",
  is_data_pipe_active: false,
  data_pipe_yml: null,
  data_pipe_status: "Inactive",
  data_pipe_error: null,
  create_datetime: "2026-05-01T00:00:00",
  state: null,
  unit_uuid: randomUUID(),
  creator_uuid: randomUUID(),
  ...about,
});

/** A unit for tests, with what the test is about. */
export const unitRow = (about: Partial<UnitRow> = {}): UnitRow => ({
  uuid: randomUUID(),
  visibility_level: "Public",
  name: "unit",
  create_datetime: "2026-05-01T00:00:00",
  is_auto_update_from_repo_unit: true,
  target_firmware_platform: null,
  repo_branch: null,
  repo_commit: null,
  unit_state: null,
  current_commit_version: null,
  last_update_datetime: "2026-05-01T00:00:00",
  creator_uuid: randomUUID(),
  repo_uuid: randomUUID(),
  firmware_update_status: null,
  firmware_update_error: null,
  last_firmware_update_datetime: null,
  ...about,
});

/** A repo for tests, with what the test is about. */
export const repoRow = (about: Partial<RepoRow> = {}): RepoRow => ({
  uuid: randomUUID(),
  visibility_level: "Public",
  name: "repo",
  create_datetime: "2026-05-01T00:00:00",
  default_branch: "main",
  is_auto_update_repo: true,
  default_commit: null,
  is_only_tag_update: true,
  is_compilable_repo: false,
  last_update_datetime: "2026-05-01T00:00:00",
  creator_uuid: randomUUID(),
  repository_registry_uuid: randomUUID(),
  ...about,
});
