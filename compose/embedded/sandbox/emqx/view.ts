import type { Client } from "aedes";
import type { RelayBroker } from "../broker/broker.ts";

/** What the admin API shows of the broker, in EMQX's names. */

export const NODE = "emqx@127.0.0.1";

export interface ShownSubscription {
  readonly node: string;
  readonly clientid: string;
  readonly topic: string;
  readonly qos: number;
}

export interface ShownClient {
  readonly node: string;
  readonly clientid: string;
  readonly username: string | null;
  readonly connected: boolean;
  readonly proto_name: "MQTT";
  readonly proto_ver: number;
  readonly clean_start: boolean;
  readonly subscriptions_cnt: number;
}

/** aedes keeps its clients by their id, which its types do not tell. */
const clientsOf = (broker: RelayBroker): readonly Client[] =>
  Object.values(Object(Reflect.get(broker, "clients")));

function subscriptionsOf(client: Client): readonly (readonly [string, number])[] {
  const kept = Object.entries(Object(Reflect.get(client, "subscriptions")));
  return kept.map(([topic, subscription]) => [
    topic,
    Number(Reflect.get(Object(subscription), "qos")),
  ]);
}

export function listSubscriptions(broker: RelayBroker): ShownSubscription[] {
  const units = clientsOf(broker).flatMap((client) =>
    subscriptionsOf(client).map(([topic, qos]) => ({
      node: NODE,
      clientid: client.id,
      topic,
      qos,
    })),
  );
  const services = broker.consumers
    .filter(({ subscribed }) => subscribed)
    .map(({ clientId, filter }) => ({ node: NODE, clientid: clientId, topic: filter, qos: 0 }));
  return [...services, ...units];
}

export function listClients(broker: RelayBroker): ShownClient[] {
  const shared = { node: NODE, connected: true, proto_name: "MQTT", clean_start: true } as const;
  const units = clientsOf(broker).map((client) => ({
    ...shared,
    clientid: client.id,
    username: broker.tokenOf(client) ?? null,
    proto_ver: 4,
    clean_start: client.clean,
    subscriptions_cnt: subscriptionsOf(client).length,
  }));
  const services = broker.consumers
    .filter(({ subscribed }) => subscribed)
    .map(({ clientId }) => ({
      ...shared,
      clientid: clientId,
      username: null,
      proto_ver: 5,
      subscriptions_cnt: 1,
    }));
  return [...services, ...units];
}
