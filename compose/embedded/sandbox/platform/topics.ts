import type { Database } from "../state/database.ts";
import type { NodeRow, UnitRow } from "../state/rows.ts";
import { contentOf } from "./target.ts";
import { existing } from "./refusal.ts";

const SUFFIX = "/pepeunit";

type TopicMap = Record<string, string[]>;

/** schema.json of a unit. */
export interface UnitSchema {
  readonly input_base_topic: TopicMap;
  readonly output_base_topic: TopicMap;
  readonly input_topic: TopicMap;
  readonly output_topic: TopicMap;
}

/** Whether the backend and the DataPipe hear a topic of this name. */
export const hasSuffix = (topicName: string): boolean => topicName.endsWith(SUFFIX);

/** The MQTT topic of a node: its uuid, and the suffix when its name has it. */
export const nodeTopic = (domain: string, node: NodeRow): string =>
  `${domain}/${node.uuid}${hasSuffix(node.topic_name) ? SUFFIX : ""}`;

export const commandTopic = (domain: string, unitUuid: string, name: string): string =>
  `${domain}/input_base_topic/${unitUuid}/${name}`;

/** The topics of a unit; an Input lists its own node, then every Output linked to it. */
export function unitSchema(db: Database, domain: string, unit: UnitRow): UnitSchema {
  const { schema } = contentOf(db, existing(db.repos.get(unit.repo_uuid)));
  const nodes = db.nodesByUnit(unit.uuid);
  const base = (kind: "input_base_topic" | "output_base_topic"): TopicMap =>
    Object.fromEntries(
      schema[kind].map((name) => [name, [`${domain}/${kind}/${unit.uuid}/${name}`]]),
    );
  const own = (type: NodeRow["type"], linked: (node: NodeRow) => NodeRow[]): TopicMap =>
    Object.fromEntries(
      nodes
        .filter((node) => node.type === type)
        .map((node) => [
          node.topic_name,
          [node, ...linked(node)].map((each) => nodeTopic(domain, each)),
        ]),
    );
  return {
    input_base_topic: base("input_base_topic"),
    output_base_topic: base("output_base_topic"),
    input_topic: own("Input", (node) =>
      db.edgesByInput(node.uuid).flatMap((edge) => db.nodes.get(edge.node_output_uuid) ?? []),
    ),
    output_topic: own("Output", () => []),
  };
}
