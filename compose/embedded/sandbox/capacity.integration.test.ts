import { connectAsync } from "mqtt";
import { expect, test, vi } from "vitest";
import { startSandbox } from "./start.ts";
import { provisionPair, signIn } from "./test-client.ts";

test("an overfull relay drops silently: one buffer of messages arrives, all are acknowledged", async () => {
  await using sandbox = await startSandbox({
    port: 0,
    mqttPort: 0,
    capacity: { relay: 200 },
    limits: { messagesPerSec: 10_000 },
  });
  const { from, to } = await provisionPair(await signIn(sandbox.ready), ["over-a", "over-b"]);
  const topic = `127.0.0.1/${from.output}/pepeunit`;
  const consumer = await connectAsync(sandbox.ready.mqtt, { username: to.token });
  const received: string[] = [];
  consumer.on("message", (_topic, payload) => received.push(payload.toString()));
  await consumer.subscribeAsync(topic);
  const producer = await connectAsync(sandbox.ready.mqtt, { username: from.token });

  const burst = Array.from({ length: 600 }, (_, at) => `${at}`);
  await Promise.all(burst.map((text) => producer.publishAsync(topic, text, { qos: 1 })));
  // The queue is first in, first out: once a probe comes through, all of the burst has.
  await vi.waitFor(
    async () => {
      await producer.publishAsync(topic, "probe", { qos: 1 });
      expect(received).toContain("probe");
    },
    { timeout: 10_000, interval: 100 },
  );
  const arrived = received.filter((text) => text !== "probe");
  // One second's buffer, and what was served while the burst was read.
  expect(arrived.length).toBeGreaterThan(150);
  expect(arrived.length).toBeLessThan(500);
  expect(arrived.slice(0, 150)).toEqual(burst.slice(0, 150));
  expect(arrived.map(Number)).toEqual(arrived.map(Number).sort((a, b) => a - b));
  await Promise.all([consumer.endAsync(), producer.endAsync()]);
});

test("an overfull API answers 503 at once, and keeps serving what it took", async () => {
  await using sandbox = await startSandbox({ port: 0, mqttPort: 0, capacity: { api: 20 } });
  const client = await signIn(sandbox.ready);
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => client.call("GET", "/repository_registry")),
  );
  const good = answers.filter(({ status }) => status === 200);
  const shed = answers.filter(({ status }) => status === 503);
  expect(good.length + shed.length).toBe(100);
  expect(good.length).toBeGreaterThan(25);
  expect(good.length).toBeLessThan(60);
  expect(shed[0]).toEqual({ status: 503, body: "Service Unavailable" });
});

test("a sender above its rate is slowed down by the broker and loses nothing", async () => {
  await using sandbox = await startSandbox({
    port: 0,
    mqttPort: 0,
    capacity: {},
    limits: { messagesPerSec: 100 },
  });
  const { from } = await provisionPair(await signIn(sandbox.ready), ["rate-a", "rate-b"]);
  const topic = `127.0.0.1/${from.output}/pepeunit`;
  const mqtt = await connectAsync(sandbox.ready.mqtt, { username: from.token });
  let received = 0;
  mqtt.on("message", () => received++);
  await mqtt.subscribeAsync(topic);
  const startedMs = performance.now();
  // Each acknowledged before the next: 100 go at once, 50 more take half a second.
  for (let sent = 0; sent < 150; sent++) await mqtt.publishAsync(topic, "x", { qos: 1 });
  expect(performance.now() - startedMs).toBeGreaterThan(450);
  await vi.waitFor(() => expect(received).toBe(150));
  await mqtt.endAsync();
});
