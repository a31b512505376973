import { MqttConnectError } from "../../transport/mqtt/errors.ts";
import type { MqttSession } from "../../transport/mqtt/session.ts";
import { bad, type Check, ok } from "../check.ts";
import { targetOf } from "./doctor-target.ts";

/** How a person calls the limits that CONNACK of MQTT 5 can state, by their names in code. */
const NAMES: Readonly<Record<string, string>> = {
  receiveMaximum: "unacknowledged",
  maximumQos: "QoS",
  maximumPacketBytes: "packet bytes",
  retainAvailable: "retain",
  topicAliasMaximum: "topic aliases",
  serverKeepAliveSec: "keepalive seconds by its order",
  sessionExpirySec: "session expiry seconds by its order",
};

/** What our Units send: an envelope in a small payload, acknowledged. */
const LEAST_PACKET_BYTES = 512;

export const mqttLimits: Check = {
  id: "limits",
  title: "MQTT 5 limits",
  about: "broker",
  needs: ["connect"],
  run: async (context) => {
    let session: MqttSession;
    try {
      session = await targetOf(context).openSession({ protocol: 5 });
    } catch (error) {
      if (!(error instanceof MqttConnectError)) throw error;
      return ok(`not told: no MQTT 5 here (${error.message})`);
    }
    return judgeLimits(session.limits);
  },
};

const wordOf = (value: unknown): string =>
  typeof value === "boolean" ? (value ? "yes" : "no") : String(value);

export function judgeLimits(limits: MqttSession["limits"]) {
  const told = Object.entries(limits)
    .filter(([name, value]) => NAMES[name] !== undefined && value !== undefined)
    .map(([name, value]) => `${NAMES[name]} ${wordOf(value)}`);
  const seen = told.join(", ");
  const needed = `QoS 1 and packets of ${LEAST_PACKET_BYTES} bytes`;
  if (limits.maximumQos >= 1 && limits.maximumPacketBytes >= LEAST_PACKET_BYTES) {
    return ok(seen, needed);
  }
  return bad("fail", seen, needed, "raise the broker's max_qos and max_packet_size");
}
