import { pause } from "../../load/clock.ts";
import { bad, type Check, ok } from "../check.ts";
import { targetOf } from "./doctor-target.ts";

/** The shortest keepalive there is, and as long as two silent checks of it take. */
const KEEP_ALIVE_SEC = 1;
const LONG_ENOUGH_MS = 1300;

/** A session that says nothing stays, because its pings are answered. */
export const mqttKeepalive: Check = {
  id: "keepalive",
  title: "Keepalive",
  about: "broker",
  needs: ["connect"],
  run: async (context) => {
    const { clock, signal } = context.world;
    let reason: string | undefined;
    const listener = {
      message: () => {},
      acknowledged: () => {},
      closed: (_session: unknown, { kind }: { readonly kind: string }) => {
        reason = kind;
      },
    };
    const session = await targetOf(context).openSession({ keepAliveSec: KEEP_ALIVE_SEC }, listener);
    await pause(clock, LONG_ENOUGH_MS, signal);
    const needed = "pings answered";
    if (reason === undefined) {
      await session.end();
      return ok(
        `answered for ${LONG_ENOUGH_MS / 1000} s at a keepalive of ${KEEP_ALIVE_SEC} s`,
        needed,
      );
    }
    const fix = "look at the broker's log: it must answer PINGREQ and hold idle sessions";
    return bad("fail", `the session ended (${reason})`, needed, fix);
  },
};
