import type { Assertion } from "../assertion.ts";
import type { Bench } from "../bench.ts";
import type { BenchClient } from "../bench-client.ts";
import { holds, same } from "../same.ts";

export const REFUSED = 0x80;
/** Two connections: one listens to Unit 1's Output, one may publish there. */
export async function openPair(bench: Bench) {
  const topic = bench.topic(bench.unit(1).outputNodeUuid);
  const listener = await bench.connect(bench.unit(0).token);
  same(`SUBACK of ${topic}`, (await listener.subscribe(topic, 1)) < REFUSED, true);
  return { topic, listener, sender: await bench.connect(bench.unit(1).token) };
}

const heard = (listener: BenchClient, topic: string): string =>
  listener.received
    .filter((message) => message.topic === topic)
    .map(({ text }) => text)
    .join(" ");

/** Who may say what to whom, at the broker. */
export const BROKER: readonly Assertion[] = [
  {
    id: "broker/any-connect",
    contract: "MQTT §3",
    quirk: "anybody may connect; without a right token nothing may be used",
    check: async (bench) => {
      const client = await bench.connect("not-a-token");
      const code = await client.subscribe(bench.topic(bench.unit(0).outputNodeUuid));
      same("SUBACK", code, REFUSED);
      holds(client.isOpen, "the connection was closed");
    },
  },
  {
    id: "broker/unit-to-unit",
    contract: "MQTT §1",
    quirk: "an edge's consumer hears the producer's Output topic, in order",
    check: async (bench) => {
      const { topic, listener, sender } = await openPair(bench);
      for (let at = 0; at < 20; at++) sender.send(topic, `${at}`, { qos: 1 });
      await sender.allAcknowledged();
      await listener.hears("the last message", ({ text }) => text === "19");
      same(
        "what came",
        heard(listener, topic),
        Array.from({ length: 20 }, (_, at) => at).join(" "),
      );
    },
  },
  {
    id: "broker/topic-without-suffix",
    contract: "MQTT §1",
    quirk: "a node's topic without its suffix goes from Unit to Unit too",
    check: async (bench) => {
      const topic = `${bench.parts.broker.domain}/${bench.unit(1).outputNodeUuid}`;
      const listener = await bench.connect(bench.unit(0).token);
      same("SUBACK", await listener.subscribe(topic), 0);
      const sender = await bench.connect(bench.unit(1).token);
      await sender.publish(topic, "bare");
      await listener.hears("the message", ({ text }) => text === "bare");
    },
  },
  {
    id: "broker/any-unit-publishes",
    contract: "REST §6.2",
    quirk: "any Unit may publish to an Internal node",
    check: async (bench) => {
      const { topic, listener } = await openPair(bench);
      const stranger = await bench.connect(bench.unit(4).token);
      await stranger.publish(topic, "from a stranger");
      await listener.hears("the stranger's message", ({ text }) => text === "from a stranger");
    },
  },
  {
    id: "broker/own-wildcard",
    contract: "REST §6.2",
    quirk: "a Unit may hear all its commands by one wildcard below its own uuid",
    check: async (bench) => {
      const { token, uuid } = bench.unit(1);
      const client = await bench.connect(token);
      const filter = `${bench.parts.broker.domain}/input_base_topic/${uuid}/+/pepeunit`;
      same(`SUBACK of ${filter}`, await client.subscribe(filter), 0);
      const path = `/units/send_command_to_input_base_topic/${uuid}?command=EnvUpdate`;
      same("EnvUpdate", await bench.call("POST", path), { status: 204 });
      await client.hears("EnvUpdate", ({ topic }) => topic.includes("/env_update/"));
    },
  },
  {
    id: "broker/take-over",
    contract: "MQTT §7",
    quirk: "a second connection of a client id ends the first",
    check: async (bench) => {
      const { token, uuid } = bench.unit(2);
      const first = await bench.connect(token, uuid);
      await bench.connect(token, uuid);
      await first.ended();
    },
  },
  {
    id: "broker/denied-subscribe",
    contract: "MQTT §3",
    quirk: "a denied subscription is 0x80 and the connection stays",
    check: async (bench) => {
      const client = await bench.connect(bench.unit(0).token);
      const { domain } = bench.parts.broker;
      const foreign = `${domain}/output_base_topic/${bench.unit(1).uuid}/state/pepeunit`;
      for (const filter of ["#", `${domain}/+/pepeunit`, foreign]) {
        same(`SUBACK of ${filter}`, await client.subscribe(filter), REFUSED);
      }
      holds(client.isOpen, "the connection was closed");
    },
  },
  {
    id: "broker/denied-publish",
    contract: "MQTT §3",
    quirk: "a denied publish at QoS 1 is acknowledged and dropped, and the connection stays",
    check: async (bench) => {
      const { stateTopic } = bench.unit(1);
      const owner = await bench.connect(bench.unit(1).token);
      same("SUBACK of an own topic", (await owner.subscribe(stateTopic)) < REFUSED, true);
      const stranger = await bench.connect(bench.unit(0).token);
      await stranger.publish(stateTopic, "[]");
      await owner.publish(stateTopic, "[0]");
      await owner.hears("the owner's own message", ({ text }) => text === "[0]");
      same("what came", heard(owner, stateTopic), "[0]");
      holds(stranger.isOpen, "the stranger's connection was closed");
    },
  },
  {
    id: "broker/acl-cache",
    contract: "MQTT §3",
    quirk: "a connection remembers a deny for ten minutes, a new one asks again",
    check: async (bench) => {
      const node = bench.unit(4).outputNodeUuid;
      const setTo = (visibility_level: string) =>
        bench.call("PATCH", `/unit_nodes/${node}`, { body: { visibility_level } });
      const client = await bench.connect(bench.unit(0).token);
      same("PATCH", await setTo("Private"), { status: 200 });
      try {
        same("SUBACK while Private", await client.subscribe(bench.topic(node)), REFUSED);
      } finally {
        await setTo("Internal");
      }
      same("SUBACK from the cache", await client.subscribe(bench.topic(node)), REFUSED);
      const anew = await bench.connect(bench.unit(0).token);
      same("SUBACK of a new connection", await anew.subscribe(bench.topic(node)), 0);
    },
  },
];
