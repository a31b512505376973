import { randomUUID } from "node:crypto";
import type { NodeRow } from "./rows.ts";

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
