import { bad, type Check, ok, skipped } from "../check.ts";
import { NO_EMQX } from "./broker-settings.ts";
import { targetOf } from "./doctor-target.ts";
import type { Bench } from "../../conformance/bench.ts";

/** The deploy kit's make_env.py gives the DataPipe a key of its own, which the broker denies. */
export const KEY_FIX =
  "copy PU_SECRET_KEY of env/.env.backend into PU_DP_SECRET_KEY of env/.env.backend_data_pipe " +
  "and restart datapipe: the deploy kit gives it another key";

/** Whether the broker let the DataPipe subscribe; undefined where the broker cannot be asked. */
export async function isPipeSubscribed({ parts }: Bench): Promise<boolean | undefined> {
  const { emqx, broker } = parts;
  const topic = `${broker.domain}/+/pepeunit`;
  return emqx && (await emqx.subscriptions({ topic, qos: 0 })).data.length > 0;
}

/** Without its subscription the DataPipe stores nothing, and no answer of the API says so. */
export const dataPipe: Check = {
  id: "data-pipe",
  title: "DataPipe listens",
  about: "instance",
  needs: ["test-units"],
  run: async (context) => {
    const bench = await targetOf(context).bench();
    if (!bench.parts.root.feature_flags.pu_ff_datapipe_enable) return skipped("it is switched off");
    const isSubscribed = await isPipeSubscribed(bench);
    if (isSubscribed === undefined) return skipped(NO_EMQX);
    const filter = `${bench.parts.broker.domain}/+/pepeunit`;
    const needed = `a subscription of ${filter}`;
    if (isSubscribed) return ok(`to ${filter}`, needed);
    return bad("fail", "nobody is: what Units say is not stored", needed, KEY_FIX);
  },
};
