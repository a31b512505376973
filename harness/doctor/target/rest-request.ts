import { type Check, ok } from "../check.ts";
import { targetOf } from "./doctor-target.ts";

/** One request of the API itself, behind its prefix. */
export const restRequest: Check = {
  id: "api",
  title: "API request",
  about: "instance",
  needs: ["rest"],
  run: async (context) => {
    const { clock } = context.world;
    const client = await targetOf(context).platform();
    const startedAtMs = clock.now();
    const counts = await client.counts();
    const tookMs = clock.now() - startedAtMs;
    const { unit_count: units, user_count: users } = counts;
    return ok(`within ${tookMs.toFixed(1)} ms: ${units} Units, ${users} users`, "a right answer");
  },
};
