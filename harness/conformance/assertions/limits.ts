import type { Assertion } from "../assertion.ts";
import { holds, same } from "../same.ts";
import { openPair, REFUSED } from "./broker.ts";

const PACKET_BYTES = 256 * 1024;
/** Twice the second's worth the broker may let through at once. */
const MESSAGES = 75;
const CONNECTS = 45;
/** Two megabytes. */
const LARGE = 10;
const LARGE_BYTES = 200_000;

/** What the broker does not let through, or not so fast. */
export const LIMITS: readonly Assertion[] = [
  {
    id: "limits/granted-qos",
    contract: "MQTT §4",
    quirk: "a subscription is granted the QoS asked for, up to 2",
    check: async (bench) => {
      const client = await bench.connect(bench.unit(0).token);
      const topic = bench.topic(bench.unit(1).outputNodeUuid);
      for (const qos of [0, 1, 2] as const) {
        same(`SUBACK at QoS ${qos}`, await client.subscribe(topic, qos), qos);
      }
    },
  },
  {
    id: "limits/topic-levels",
    contract: "MQTT §4",
    quirk: "a topic of more than five levels reaches nobody",
    check: async (bench) => {
      const client = await bench.connect(bench.unit(0).token);
      const topic = `${bench.topic(bench.unit(0).outputNodeUuid)}/a/b/c`;
      same("SUBACK", await client.subscribe(topic), REFUSED);
    },
  },
  {
    id: "limits/retained",
    contract: "MQTT §4",
    quirk: "a retained message ends the connection",
    inferred: true,
    check: async (bench) => {
      const { topic, sender } = await openPair(bench);
      // The first message asks the hook; the second must not have to wait for it.
      await sender.publish(topic, "first");
      sender.send(topic, "kept", { retain: true });
      await sender.ended();
    },
  },
  {
    id: "limits/packet-size",
    contract: "MQTT §4",
    quirk: "a packet above 256 KB ends the connection, a smaller one passes",
    check: async (bench) => {
      const { topic, listener, sender } = await openPair(bench);
      const large = 100_000;
      await sender.publish(topic, "x".repeat(large));
      await listener.hears("100 kB", ({ text }) => text.length === large);
      sender.send(topic, Buffer.alloc(PACKET_BYTES + 1));
      await sender.ended();
    },
  },
  {
    id: "limits/message-rate",
    contract: "MQTT §4",
    quirk: "30 messages a second of one connection are read, the rest waits and nothing is lost",
    check: async (bench) => {
      const { topic, listener, sender } = await openPair(bench);
      await sender.publish(topic, "first");
      const { clock } = bench.parts;
      const startedAtMs = clock.now();
      for (let at = 0; at < MESSAGES; at++) sender.send(topic, `m${at}`, { qos: 1 });
      await sender.allAcknowledged(20_000);
      const tookMs = clock.now() - startedAtMs;
      await listener.hears("the last", ({ text }) => text === `m${MESSAGES - 1}`);
      same("how many came", listener.received.length, MESSAGES + 1);
      holds(tookMs > 700, `${MESSAGES} messages were read within ${tookMs.toFixed(0)} ms`);
      return `${MESSAGES} messages in ${(tookMs / 1000).toFixed(1)} s`;
    },
  },
  {
    id: "limits/byte-rate",
    contract: "MQTT §4",
    quirk: "1 MB a second of one connection is read, the rest waits",
    check: async (bench) => {
      const { topic, listener, sender } = await openPair(bench);
      await sender.publish(topic, "first");
      const { clock } = bench.parts;
      const startedAtMs = clock.now();
      const large = Buffer.alloc(LARGE_BYTES, "x");
      for (let at = 0; at < LARGE; at++) sender.send(topic, large, { qos: 1 });
      await sender.allAcknowledged(20_000);
      const tookMs = clock.now() - startedAtMs;
      await listener.hears("all of it", () => listener.received.length > LARGE);
      const what = `${(LARGE * LARGE_BYTES) / 1e6} MB`;
      holds(tookMs > 500, `${what} were read within ${tookMs.toFixed(0)} ms`);
      return `${what} in ${(tookMs / 1000).toFixed(1)} s`;
    },
  },
  {
    id: "limits/connect-rate",
    contract: "MQTT §4",
    quirk: "the listener takes 20 connections a second, the others wait",
    check: async (bench) => {
      const { clock } = bench.parts;
      const { token } = bench.unit(0);
      const startedAtMs = clock.now();
      await Promise.all(Array.from({ length: CONNECTS }, () => bench.connect(token)));
      const tookMs = clock.now() - startedAtMs;
      holds(tookMs > 700, `${CONNECTS} connections were taken within ${tookMs.toFixed(0)} ms`);
      return `${CONNECTS} connections in ${(tookMs / 1000).toFixed(1)} s`;
    },
  },
];
