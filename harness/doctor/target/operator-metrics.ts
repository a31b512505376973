import { readEmqxAccess } from "../../platform/emqx.ts";
import { readOperatorMetrics } from "../../platform/operator-metrics.ts";
import { bad, type Check, ok } from "../check.ts";
import { targetOf } from "./doctor-target.ts";

/** The counters an operator's exporters give, as far as we are told where they are. */
export const operatorMetrics: Check = {
  id: "metrics",
  title: "Operator's metrics",
  about: "instance",
  needs: ["rest"],
  run: async (context) => {
    const { clock, env, signal } = context.world;
    const target = await targetOf(context).pinned();
    const emqx = readEmqxAccess(env);
    const logporter = env["LOADSTONE_LOGPORTER_URL"];
    const { readings, silent } = await readOperatorMetrics({
      backend: target.url,
      emqx,
      logporter: logporter === "" ? undefined : logporter,
      address: target,
      clock,
      signal,
    });
    const needed = "the backend's, better EMQX's too";
    const sources = [...new Set(readings.map(({ source }) => source))].join(", ");
    const seen = readings.length === 0 ? "none" : `${readings.length} of ${sources}`;
    const [first] = silent;
    if (first === undefined)
      return ok(emqx === undefined ? `${seen}; EMQX not named` : seen, needed);
    return bad(
      "warn",
      `${seen}; ${first.reason}`,
      needed,
      "check LOADSTONE_EMQX_URL and LOADSTONE_LOGPORTER_URL, and PU_FF_PROMETHEUS_ENABLE",
    );
  },
};
