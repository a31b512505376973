import { stringify } from "yaml";
import { readPipe, type PipeProblem } from "../data-pipe/check.ts";
import { PipeConfig } from "../data-pipe/config.ts";
import { requireCreator } from "../platform/access.ts";
import type { Agent } from "../platform/agent.ts";
import type { Instance } from "../platform/instance.ts";
import { existing, Refusal } from "../platform/refusal.ts";
import type { NodeRow } from "../state/rows.ts";
import { only } from "./agents.ts";

/** Refuses everything about pipes on an instance without them. */
export function requirePipes({ features }: Instance): void {
  if (!features.dataPipe) {
    throw new Refusal("feature", "Feature PU_FF_DATAPIPE_ENABLE is disabled");
  }
}

/** What is wrong with the settings in a YAML text. */
export function checkPipe(instance: Instance, agent: Agent, yaml: string): readonly PipeProblem[] {
  requirePipes(instance);
  only(agent, "Bot", "User", "Unit", "Backend");
  const read = readPipe(yaml);
  return "problems" in read ? read.problems : [];
}

/** Stores a node's settings and says so on the config stream. */
export function setPipe(instance: Instance, agent: Agent, uuid: string, yaml: string): void {
  requirePipes(instance);
  const { db } = instance;
  const node = existing(db.nodes.get(uuid));
  requireCreator(only(agent, "User"), node);
  if (!node.is_data_pipe_active) throw new Refusal("node", "Data pipe is not active");
  const read = readPipe(yaml);
  if ("problems" in read) {
    const count = read.problems.length;
    throw new Refusal("dataPipe", `${count} validation errors for DataPipeConfig`);
  }
  db.commit({ table: "nodes", put: { ...node, data_pipe_yml: JSON.stringify(read.config) } });
  instance.announcePipe();
}

/** A node's settings as YAML. */
export function getPipe(instance: Instance, agent: Agent, uuid: string): string {
  requirePipes(instance);
  only(agent, "User");
  return stringify(withoutNulls(pipeOf(existing(instance.db.nodes.get(uuid)))));
}

/** The settings of a node that has some. */
export function pipeOf({ data_pipe_yml: json }: NodeRow): PipeConfig {
  if (json === null) throw new Refusal("node", "Data pipe is not filled");
  return PipeConfig.parse(JSON.parse(json));
}

function withoutNulls(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const kept = Object.entries(value).filter(([, field]) => field !== null);
  return Object.fromEntries(kept.map(([name, field]) => [name, withoutNulls(field)]));
}
