import { request } from "undici";
import { openAgent } from "../../platform/http.ts";
import { bad, type Check, type Finding, ok, skipped } from "../check.ts";
import { targetOf } from "./doctor-target.ts";

const WITHIN_MS = 5000;
/** The Date header counts in seconds. */
const WANTED_MS = 2500;

/** Rows the target stamps are matched by our clock. */
export const wallClock: Check = {
  id: "wall-clock",
  title: "Wall clock",
  about: "instance",
  needs: ["rest"],
  run: async (context) => {
    const { clock, signal } = context.world;
    const target = await targetOf(context).pinned();
    const agent = openAgent(target);
    try {
      const { headers, body } = await request(`${target.url}/pepeunit`, {
        dispatcher: agent,
        signal: AbortSignal.any([signal, AbortSignal.timeout(WITHIN_MS)]),
      });
      await body.dump();
      return judgeClocks(String(headers["date"] ?? ""), clock.wall());
    } finally {
      await agent.close();
    }
  },
};

/** @param date the header's text. */
export function judgeClocks(date: string, wallMs: number): Finding {
  const theirMs = Date.parse(date);
  if (Number.isNaN(theirMs)) return skipped("the target sends no Date");
  // Half a second is the mean of what the header leaves out.
  const apartMs = Math.abs(theirMs + 500 - wallMs);
  const seen = `${(apartMs / 1000).toFixed(1)} s apart from the target's`;
  const needed = `within ${WANTED_MS / 1000} s`;
  if (apartMs <= WANTED_MS) return ok(seen, needed);
  return bad("warn", seen, needed, "sudo timedatectl set-ntp true   # on both machines");
}
