import type { Root } from "../../platform/answers.ts";
import { bad, type Check, ok } from "../check.ts";
import { targetOf } from "./doctor-target.ts";

/** What the instance has switched on; a load test needs some of it, and some gets in its way. */
export const features: Check = {
  id: "features",
  title: "Features",
  about: "instance",
  needs: ["rest"],
  run: async (context) => judgeFeatures(await (await targetOf(context).platform()).root()),
};

export function judgeFeatures({ feature_flags: flags }: Pick<Root, "feature_flags">) {
  const named = {
    DataPipe: flags.pu_ff_datapipe_enable,
    "default pipes": flags.pu_ff_datapipe_default_last_value_enable,
    metrics: flags.pu_ff_prometheus_enable,
    Grafana: flags.pu_ff_grafana_integration_enable,
    "Telegram bot": flags.pu_ff_telegram_bot_enable,
  };
  const seen = Object.entries(named)
    .map(([name, isOn]) => `${name} ${isOn ? "on" : "off"}`)
    .join(", ");
  const needed = "DataPipe and metrics on";
  if (!named.DataPipe) {
    return bad("warn", seen, needed, "set PU_FF_DATAPIPE_ENABLE=True: store cannot be measured");
  }
  if (!named.metrics) {
    const fix = "set PU_FF_PROMETHEUS_ENABLE=True: the report would lack what the server counted";
    return bad("warn", seen, needed, fix);
  }
  return ok(seen, needed);
}
