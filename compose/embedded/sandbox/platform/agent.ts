import type { Clock } from "../clock.ts";
import type { Database } from "../state/database.ts";
import type { UnitRow, UserRow } from "../state/rows.ts";
import { readToken } from "./jwt.ts";
import { Refusal } from "./refusal.ts";

/** Who makes a request. */
export type Agent =
  | { readonly type: "Bot" }
  | { readonly type: "User"; readonly user: UserRow }
  | { readonly type: "Unit"; readonly unit: UnitRow }
  | { readonly type: "Backend" };

export interface AgentSource {
  readonly db: Database;
  readonly clock: Clock;
  readonly secretKey: string;
}

/** The agent behind a token; no token is the anonymous Bot. */
export function agentOf(token: string | undefined, source: AgentSource): Agent {
  if (token === undefined) return { type: "Bot" };
  const claims = readToken(token, source.secretKey, source.clock.wallMs());
  if (claims === "invalid") throw new Refusal("access", "Token is invalid");
  if (claims === "expired") throw new Refusal("access", "Token expired");
  switch (claims.type) {
    case "Backend":
      return { type: "Backend" };
    case "User": {
      const user = source.db.users.get(claims.uuid);
      if (user === undefined) throw new Refusal("access", "User not found");
      if (user.status === "Blocked") throw new Refusal("access", "User is blocked");
      return { type: "User", user };
    }
    case "Unit": {
      const unit = source.db.units.get(claims.uuid);
      if (unit === undefined) throw new Refusal("access", "Unit not found");
      return { type: "Unit", unit };
    }
    default:
      return claims satisfies never;
  }
}

/** The uuid that permissions name an agent by. */
export function agentUuid(agent: Agent): string | undefined {
  if (agent.type === "User") return agent.user.uuid;
  return agent.type === "Unit" ? agent.unit.uuid : undefined;
}
