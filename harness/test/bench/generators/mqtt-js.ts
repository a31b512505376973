/** MQTT.js as a program would use it: a client a connection, the next message from the callback. */
import { Socket } from "node:net";
import { connectAsync, type MqttClient } from "mqtt";
import type { Facts } from "../schema.ts";
import {
  type Asked,
  Durations,
  eachOf,
  idleFacts,
  macrotask,
  printFacts,
  untilDrained,
  WarmPart,
} from "./measured.ts";

const TICK_MS = 1;
const DRAIN_MS = 500;

async function connect(port: number, id: number): Promise<MqttClient> {
  const clientId = `mqttjs-${id}`;
  const client = await connectAsync({ host: "127.0.0.1", port, clientId, reconnectPeriod: 0 });
  // MQTT.js leaves Nagle on, which makes single writes cheaper by delaying them.
  if (client.stream instanceof Socket) client.stream.setNoDelay(true);
  return client;
}

async function openAll(asked: Asked): Promise<MqttClient[]> {
  const clients: MqttClient[] = [];
  await eachOf(asked.number("connections"), asked.number("parallel", 64), async (id) => {
    clients[id] = await connect(asked.number("port"), id);
  });
  return clients;
}

function payloadOf(bytes: number, sequence: number, dueMs: number): Buffer {
  const payload = Buffer.allocUnsafe(bytes).fill(0x2e);
  payload.writeUInt32BE(sequence);
  payload.writeDoubleBE(dueMs, 8);
  return payload;
}

async function qos0(asked: Asked): Promise<Facts> {
  const clients = await openAll(asked);
  const batch = asked.number("batch");
  const bytes = asked.number("payload");
  const warm = asked.number("warm");
  const part = new WarmPart(warm);
  let sent = 0;
  while (sent < warm + asked.number("messages")) {
    part.note(sent);
    const before = sent;
    for (const [id, client] of clients.entries()) {
      if (client.stream.writableLength > 0) continue;
      for (let n = 0; n < batch; n++) client.publish(`bench/${id}`, payloadOf(bytes, sent++, 0));
    }
    await (sent === before ? untilDrained() : macrotask());
  }
  return part.end(sent);
}

async function qos1(asked: Asked): Promise<Facts> {
  const clients = await openAll(asked);
  const bytes = asked.number("payload");
  const warm = asked.number("warm");
  const wanted = warm + asked.number("messages");
  const part = new WarmPart(warm);
  let acknowledged = 0;
  await new Promise<void>((resolve) => {
    const send = (client: MqttClient, topic: string): void => {
      client.publish(topic, payloadOf(bytes, acknowledged, 0), { qos: 1 }, () => {
        part.note(acknowledged++);
        if (acknowledged === wanted) resolve();
        else if (acknowledged < wanted) send(client, topic);
      });
    };
    for (const [id, client] of clients.entries()) {
      for (let n = 0; n < asked.number("window"); n++) send(client, `bench/${id}`);
    }
  });
  return part.end(acknowledged);
}

/** What is due at each tick of a 1 ms timer. */
async function paced(asked: Asked, clients: readonly MqttClient[]): Promise<Facts> {
  const rate = asked.number("rate");
  const warm = warmOf(asked);
  const count = rate * asked.number("seconds");
  const bytes = asked.number("payload");
  const error = new Durations(count);
  const part = new WarmPart(warm);
  const beganMs = performance.now();
  let sent = 0;
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const now = performance.now();
      for (; sent < warm + count; sent++) {
        const dueMs = beganMs + (sent * 1000) / rate;
        if (dueMs > now) return;
        part.note(sent);
        const id = sent % clients.length;
        clients[id]?.publish(`bench/${id}`, payloadOf(bytes, sent, dueMs));
        if (sent >= warm) error.add(performance.now() - dueMs);
      }
      clearInterval(timer);
      resolve();
    }, TICK_MS);
  });
  const facts = part.end(sent);
  const { p50, p99 } = error.quantiles();
  return { ...facts, sendErrorP50Ms: p50, sendErrorP99Ms: p99 };
}

const warmOf = (asked: Asked): number => (asked.number("rate") * asked.number("warmMs")) / 1000;

const open = async (asked: Asked) => paced(asked, await openAll(asked));

async function e2e(asked: Asked): Promise<Facts> {
  const clients = await openAll(asked);
  const latency = new Durations(asked.number("rate") * asked.number("seconds"));
  const warm = warmOf(asked);
  let received = 0;
  await Promise.all(
    clients.map((client, id) => {
      client.on("message", (_topic, payload) => {
        if (payload.readUInt32BE() < warm) return;
        received++;
        latency.add(performance.now() - payload.readDoubleBE(8));
      });
      return client.subscribeAsync(`bench/${id ^ 1}`);
    }),
  );
  const facts = await paced(asked, clients);
  await new Promise((resolve) => setTimeout(resolve, DRAIN_MS));
  const { p50, p99 } = latency.quantiles();
  return { ...facts, received, latencyP50Ms: p50, latencyP99Ms: p99 };
}

async function idle(asked: Asked): Promise<Facts> {
  const count = asked.number("connections");
  const port = asked.number("port");
  // The first connection loads code that is no part of what one more costs.
  const clients = [await connect(port, count)];
  return idleFacts(count, asked.number("holdMs"), () =>
    eachOf(count, asked.number("parallel"), async (id) => {
      clients.push(await connect(port, id));
    }),
  );
}

await printFacts({ qos0, qos1, open, e2e, idle });
