import { isPermitted } from "./access.ts";
import { type AclAgent, mayUseTopic } from "./acl.ts";
import type { AgentSource } from "./agent.ts";
import { readToken } from "./jwt.ts";

/** The hook's decision from a token: unlike a request, a bad token is simply denied. */
export function mayUseTopicByToken(source: AgentSource, token: string, topic: string): boolean {
  const { db } = source;
  return mayUseTopic(aclAgent(source, token), topic, {
    nodeVisibility: (uuid) => db.nodes.get(uuid)?.visibility_level,
    hasPermission(unitUuid, nodeUuid) {
      const row = db.nodes.get(nodeUuid);
      return row !== undefined && isPermitted(db, unitUuid, { type: "UnitNode", row });
    },
  });
}

function aclAgent({ db, clock, secretKey }: AgentSource, token: string): AclAgent | undefined {
  const claims = readToken(token, secretKey, clock.wallMs());
  if (typeof claims === "string" || claims.type === "User") return undefined;
  if (claims.type === "Backend") return { type: "Backend" };
  return db.units.get(claims.uuid) && { type: "Unit", uuid: claims.uuid };
}
