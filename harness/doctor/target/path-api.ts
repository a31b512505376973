import { type Check, ok } from "../check.ts";
import { targetOf } from "./doctor-target.ts";

/** What Units and browsers ask: one request of REST as a Unit, one of GraphQL as the user. */
export const apiPath: Check = {
  id: "path-api",
  title: "Path: api",
  about: "instance",
  needs: ["test-units"],
  run: async (context) => {
    const target = targetOf(context);
    const bench = await target.bench();
    const { uuid, token } = bench.unit(0);
    const { clock } = context.world;
    const client = await target.platform();
    const startedAtMs = clock.now();
    const answer = await bench.call("GET", `/units/get_current_schema/${uuid}`, { token });
    if (answer.status !== 200) throw new Error(`a Unit's schema: HTTP ${answer.status}`);
    const restMs = clock.now() - startedAtMs;
    const graphql = client.graphql(bench.parts.user.token);
    const { units } = await graphql.unitsWithNodes({ uuids: [uuid], limit: 6 });
    if (units[0]?.uuid !== uuid)
      throw new Error("GraphQL's getUnits does not give the Unit asked for");
    const graphqlMs = clock.now() - startedAtMs - restMs;
    const seen = `REST in ${restMs.toFixed(0)} ms, GraphQL in ${graphqlMs.toFixed(0)} ms`;
    return ok(seen, "a right answer of both");
  },
};
