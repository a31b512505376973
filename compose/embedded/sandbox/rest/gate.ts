import type { FastifyRequest } from "fastify";
import { type Agent, agentOf } from "../platform/agent.ts";
import type { Instance } from "../platform/instance.ts";
import { Refusal } from "../platform/refusal.ts";
import type { UnitRow, UserRow } from "../state/rows.ts";

type AgentOf<Type extends Agent["type"]> = Extract<Agent, { readonly type: Type }>;

/** Who a request comes from, and who may make it. */
export interface Gate {
  /** The agent, when it is of one of the types. */
  only<Type extends Agent["type"]>(
    request: FastifyRequest,
    ...types: readonly Type[]
  ): AgentOf<Type>;
  user(request: FastifyRequest): UserRow;
  /** The creator of the unit or the unit itself. */
  ownerOf(request: FastifyRequest, unit: UnitRow): void;
}

export function createGate(instance: Instance): Gate {
  const agent = (request: FastifyRequest) => {
    const token = request.headers["x-auth-token"];
    return agentOf(typeof token === "string" ? token : undefined, instance);
  };
  const gate: Gate = {
    only: <Type extends Agent["type"]>(request: FastifyRequest, ...types: readonly Type[]) => {
      const found = agent(request);
      const isOneOf = (candidate: Agent): candidate is AgentOf<Type> =>
        types.some((type) => type === candidate.type);
      if (isOneOf(found)) return found;
      throw new Refusal("access", `Not available for an agent of type ${found.type}`);
    },
    user: (request) => gate.only(request, "User").user,
    ownerOf(request, unit) {
      const found = gate.only(request, "User", "Unit");
      if (found.type === "User" && found.user.uuid === unit.creator_uuid) return;
      if (found.type === "Unit" && found.unit.uuid === unit.uuid) return;
      throw new Refusal("access", "Only the creator or the unit itself can do this");
    },
  };
  return gate;
}
