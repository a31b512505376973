import type { FastifyRequest } from "fastify";
import { type AgentOf, only, onlyUser, requireOwner } from "../operations/agents.ts";
import { type Agent, agentOf } from "../platform/agent.ts";
import type { Instance } from "../platform/instance.ts";
import type { UnitRow, UserRow } from "../state/rows.ts";

/** Who a request comes from, and who may make it. */
export interface Gate {
  agent(request: FastifyRequest): Agent;
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
  return {
    agent,
    only: (request, ...types) => only(agent(request), ...types),
    user: (request) => onlyUser(agent(request)),
    ownerOf: (request, unit) => requireOwner(agent(request), unit),
  };
}
