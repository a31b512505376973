import { randomUUID } from "node:crypto";
import type { Change, EdgeRow, NodeRow } from "../state/rows.ts";
import { isPermitted } from "./access.ts";
import type { Instance } from "./instance.ts";
import { existing, Refusal } from "./refusal.ts";

/** Links an Output to an Input: the consumer may then read the producer's topic, and is told so. */
export function createEdge(instance: Instance, output: NodeRow, input: NodeRow): EdgeRow {
  const { db } = instance;
  if (output.type !== "Output" || input.type !== "Input") {
    throw new Refusal("node", "An edge goes from an Output to an Input");
  }
  const outgoing = db.edgesByOutput(output.uuid);
  const incoming = db.edgesByInput(input.uuid);
  if (outgoing.some((edge) => edge.node_input_uuid === input.uuid)) {
    throw new Refusal("node", "Edge exist");
  }
  requireRoom(outgoing, "outgoing", output);
  requireRoom(incoming, "incoming", input);
  const edge: EdgeRow = {
    uuid: randomUUID(),
    node_output_uuid: output.uuid,
    node_input_uuid: input.uuid,
  };
  db.commit({ table: "edges", put: edge }, ...permissionToRead(instance, output, input.unit_uuid));
  instance.sendCommand(existing(db.units.get(input.unit_uuid)), "SchemaUpdate");
  return edge;
}

function requireRoom(edges: readonly EdgeRow[], side: string, node: NodeRow): void {
  const { max_connections: max, topic_name: name } = node;
  if (edges.length < max) return;
  throw new Refusal("node", `Maximum number of ${side} connections (${max}) reached for ${name}`);
}

function permissionToRead(
  { db }: Instance,
  output: NodeRow,
  unitUuid: string,
): Change<"permissions">[] {
  if (isPermitted(db, unitUuid, { type: "UnitNode", row: output })) return [];
  const put = {
    uuid: randomUUID(),
    agent_uuid: unitUuid,
    agent_type: "Unit",
    resource_uuid: output.uuid,
    resource_type: "UnitNode",
  } as const;
  return [{ table: "permissions", put }];
}
