import { request } from "undici";
import { openAgent } from "../../platform/http.ts";
import { bad, type Check, ok } from "../check.ts";
import { targetOf } from "./doctor-target.ts";

/** The shipped nginx lets 15 through at once from a public address: 5 a second and a burst of 10. */
const REQUESTS = 18;
const WITHIN_MS = 5000;

/** Whether a limiter stands before the instance: it would be graded in its place. */
export const rateLimit: Check = {
  id: "rate-limit",
  title: "Request limit",
  about: "instance",
  needs: ["rest"],
  run: async (context) => {
    const target = await targetOf(context).pinned();
    const agent = openAgent(target);
    let passed = 0;
    try {
      for (; passed < REQUESTS; passed++) {
        const { statusCode, body } = await request(`${target.url}/pepeunit`, {
          dispatcher: agent,
          signal: AbortSignal.any([context.world.signal, AbortSignal.timeout(WITHIN_MS)]),
        });
        await body.dump();
        if (statusCode === 429 || statusCode === 503) break;
      }
    } finally {
      await agent.close();
    }
    return judgeLimit(passed);
  },
};

export function judgeLimit(passed: number) {
  const needed = "no limit on requests from here";
  if (passed === REQUESTS) return ok(`${REQUESTS} requests in a row passed`, needed);
  const fix =
    "measure from a private address, name this machine in nginx's `geo` list, or give the backend's own port (5291)";
  return bad("warn", `request ${passed + 1} in a row was limited`, needed, fix);
}
