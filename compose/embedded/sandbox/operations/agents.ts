import type { Agent } from "../platform/agent.ts";
import { Refusal } from "../platform/refusal.ts";
import type { UnitRow, UserRow } from "../state/rows.ts";

export type AgentOf<Type extends Agent["type"]> = Extract<Agent, { readonly type: Type }>;

/** The agent, when it is of one of the types. */
export function only<Type extends Agent["type"]>(
  agent: Agent,
  ...types: readonly Type[]
): AgentOf<Type> {
  const isOneOf = (candidate: Agent): candidate is AgentOf<Type> =>
    types.some((type) => type === candidate.type);
  if (isOneOf(agent)) return agent;
  throw new Refusal("access", `Not available for an agent of type ${agent.type}`);
}

export const onlyUser = (agent: Agent): UserRow => only(agent, "User").user;

/** Refuses all but the creator of the unit and the unit itself. */
export function requireOwner(agent: Agent, unit: UnitRow): void {
  const found = only(agent, "User", "Unit");
  if (found.type === "User" && found.user.uuid === unit.creator_uuid) return;
  if (found.type === "Unit" && found.unit.uuid === unit.uuid) return;
  throw new Refusal("access", "Only the creator or the unit itself can do this");
}
