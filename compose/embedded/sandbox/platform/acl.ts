import type { Visibility } from "../state/rows.ts";

/** Who a broker connection is, by its token; undefined for a token that is neither. */
export type AclAgent =
  | { readonly type: "Backend" }
  | { readonly type: "Unit"; readonly uuid: string };

/** What the decision must look up. */
export interface AclFacts {
  /** Visibility of the UnitNode, or undefined when there is none of this uuid. */
  nodeVisibility(nodeUuid: string): Visibility | undefined;
  hasPermission(unitUuid: string, nodeUuid: string): boolean;
}

const BASE_TOPICS: ReadonlySet<string | undefined> = new Set([
  "input_base_topic",
  "output_base_topic",
]);

/**
 * The decision of `POST /units/auth` on a publish topic or a subscribe filter. It knows neither
 * the action nor the QoS, and checks neither the domain nor the last segment of a node topic.
 */
export function mayUseTopic(agent: AclAgent | undefined, topic: string, facts: AclFacts): boolean {
  if (agent === undefined) return false;
  const parts = topic.split("/");
  const [, second = "", third] = parts;
  if (parts.length === 5) {
    if (agent.type === "Backend") return true;
    return BASE_TOPICS.has(second) && third === agent.uuid;
  }
  if (parts.length !== 2 && parts.length !== 3) return false;
  if (agent.type === "Backend" && second === "+") return true;
  const visibility = facts.nodeVisibility(second);
  if (visibility === undefined) return false;
  if (agent.type === "Backend" || visibility !== "Private") return true;
  return facts.hasPermission(agent.uuid, second);
}
