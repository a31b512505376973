import { type Listener, ratePerSec } from "../../platform/emqx.ts";
import { bad, type Check, ok, skipped } from "../check.ts";
import { targetOf } from "./doctor-target.ts";

export const NO_EMQX =
  "needs LOADSTONE_EMQX_URL with LOADSTONE_EMQX_LOGIN and LOADSTONE_EMQX_PASSWORD";

/** The caps of the broker's listener, which a run keeps below. */
export const brokerSettings: Check = {
  id: "broker-caps",
  title: "Broker's caps",
  about: "instance",
  needs: ["test-units"],
  run: async (context) => {
    const { emqx } = (await targetOf(context).bench()).parts;
    if (emqx === undefined) return skipped(NO_EMQX);
    return judgeCaps(await emqx.listener(), context.units);
  },
};

export function judgeCaps(listener: Listener, units: number) {
  const { max_connections: most = "infinity", bytes_rate: bytes } = listener;
  const connects = ratePerSec(listener.max_conn_rate);
  const messages = ratePerSec(listener.messages_rate);
  const rampSec = connects === undefined ? undefined : Math.ceil(units / connects);
  const seen =
    `${connects ?? "any"} connects/s` +
    (rampSec === undefined ? "" : ` (${units} Units take ${rampSec} s)`) +
    `, ${messages ?? "any"} messages/s and ${bytes ?? "any bytes/s"} a connection, ` +
    `${most} connections`;
  const needed = `room for ${units} Units`;
  if (most === "infinity" || most >= units) return ok(seen, needed);
  return bad("fail", seen, needed, `set PU_MQTT_MAX_CLIENTS=${units} and restart the backend`);
}
