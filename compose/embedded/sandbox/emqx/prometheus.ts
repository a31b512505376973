import type { RelayBroker } from "../broker/broker.ts";
import { listSubscriptions } from "./view.ts";

export interface StatsSource {
  readonly broker: RelayBroker;
  readonly bytes: () => { readonly received: number; readonly sent: number };
  /** Bytes that the process holds. */
  readonly memory: () => number;
}

/**
 * EMQX's series as far as this broker has them: nothing of an Erlang machine, and a message that
 * nobody subscribed to is not counted as dropped.
 */
export function emqxStats(source: StatsSource): string {
  const { gauges, totals } = readStats(source);
  return `${[...print("gauge", gauges), ...print("counter", totals)].join("\n")}\n`;
}

const dotted = (values: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name.replaceAll("_", ".").replace("auth.error", "auth_error"),
      value,
    ]),
  );

/** The same numbers as the admin API names them: dots between the words, gauges and totals apart. */
export function dottedStats(source: StatsSource): {
  readonly gauges: Readonly<Record<string, number>>;
  readonly totals: Readonly<Record<string, number>>;
} {
  const { gauges: all, totals } = readStats(source);
  const { vm_used_memory: _memory, ...gauges } = all;
  return { gauges: dotted(gauges), totals: dotted(totals) };
}

function readStats({ broker, bytes, memory }: StatsSource) {
  const subscriptions = listSubscriptions(broker);
  const { counters, consumers } = broker;
  const traffic = bytes();
  const lost = consumers.reduce((sum, consumer) => sum + consumer.lost, 0);
  const services = consumers.filter(({ subscribed }) => subscribed).length;
  const gauges = {
    connections_count: broker.connectedClients + services,
    topics_count: new Set(subscriptions.map(({ topic }) => topic)).size,
    suboptions_count: subscriptions.length,
    vm_used_memory: memory(),
  };
  const totals = {
    messages_received: counters.received,
    messages_sent: counters.sent,
    messages_dropped: counters.dropped + lost,
    bytes_received: traffic.received,
    bytes_sent: traffic.sent,
    packets_connect: counters.connects,
    packets_connack_sent: counters.connects,
    packets_publish_received: counters.received,
    packets_publish_sent: counters.sent,
    packets_publish_auth_error: counters.denied,
    packets_subscribe_received: counters.subscribes,
    packets_subscribe_auth_error: counters.subscribesDenied,
    packets_suback_sent: counters.subscribes,
  };
  return { gauges, totals };
}

const print = (type: string, values: Readonly<Record<string, number>>): string[] =>
  Object.entries(values).flatMap(([name, value]) => [
    `# TYPE emqx_${name} ${type}`,
    `emqx_${name} ${value}`,
  ]);
