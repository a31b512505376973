import { naiveIso } from "../clock.ts";
import { seen } from "../platform/access.ts";
import type { Agent } from "../platform/agent.ts";
import type { Instance } from "../platform/instance.ts";
import { existing, Refusal } from "../platform/refusal.ts";
import type { NodeRow } from "../state/rows.ts";
import { only } from "./agents.ts";

/**
 * Publishes a value on an Input and keeps it. The platform writes the node back with the defaults
 * of all that a change may name: its visibility, rights, connections and pipe are reset.
 */
export function setInputState(
  instance: Instance,
  agent: Agent,
  uuid: string,
  state: string | null,
): NodeRow {
  const node = existing(instance.db.nodes.get(uuid));
  const sender = only(agent, "User", "Unit");
  seen(instance.db, sender, { type: "UnitNode", row: node });
  if (node.type !== "Input") throw new Refusal("node", "Only an Input can be set");
  if (sender.type === "Unit" && !node.is_rewritable_input) {
    throw new Refusal("access", "The Input is not rewritable");
  }
  const put: NodeRow = {
    ...node,
    state,
    visibility_level: "Public",
    is_rewritable_input: false,
    max_connections: 10,
    is_data_pipe_active: false,
    data_pipe_status: "Inactive",
    last_update_datetime: naiveIso(instance.clock.wallMs()),
  };
  instance.db.commit({ table: "nodes", put });
  instance.publishState(put, state ?? "");
  return put;
}
