import { connect as connectSocket } from "node:net";
import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Sandbox, startSandbox } from "./start.ts";
import { provisionPair, signIn, type TestClient } from "./test-client.ts";

let sandbox: Sandbox;
let client: TestClient;
const open: MqttClient[] = [];
beforeAll(async () => {
  sandbox = await startSandbox({
    port: 0,
    mqttPort: 0,
    capacity: {},
    limits: { connectsPerSec: 1000, messagesPerSec: 20_000, bytesPerSec: 1e9, mailbox: 50 },
  });
  client = await signIn(sandbox.ready);
});
afterAll(async () => {
  await Promise.all(open.map((each) => each.endAsync(true)));
  await sandbox.close();
});

async function call(method: string, path: string, body?: unknown, token?: string) {
  const response = await fetch(`${sandbox.ready.emqx}/api/v5${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as unknown };
}

async function logIn(): Promise<string> {
  const { login: username, password } = sandbox.ready.admin;
  const { body } = await call("POST", "/login", { username, password });
  return (body as { token: string }).token;
}

async function connect(token: string): Promise<MqttClient> {
  const mqtt = await connectAsync(sandbox.ready.mqtt, { username: token, reconnectPeriod: 0 });
  mqtt.on("error", () => {});
  open.push(mqtt);
  return mqtt;
}

describe("the broker's API", () => {
  test("shows both services' subscriptions, by topic and QoS", async () => {
    const token = await logIn();
    const filter = encodeURIComponent("127.0.0.1/+/pepeunit");
    const path = `/subscriptions?topic=${filter}&qos=0`;
    expect(await call("GET", path, undefined, token)).toMatchObject({
      status: 200,
      body: {
        data: [{ clientid: "127.0.0.1", topic: "127.0.0.1/+/pepeunit", qos: 0 }],
        meta: { page: 1, limit: 100, count: 1, hasnext: false },
      },
    });
    const both = await call("GET", "/subscriptions?limit=1", undefined, token);
    expect(both.body).toMatchObject({ meta: { count: 2, hasnext: true } });
  });

  test("wants a token, except for its metrics, and knows no other path", async () => {
    expect(await call("GET", "/subscriptions")).toMatchObject({ status: 401 });
    expect(await call("POST", "/login", { username: "x", password: "y" })).toEqual({
      status: 401,
      body: { code: "BAD_USERNAME_OR_PWD", message: "Auth failed" },
    });
    expect(await call("GET", "/alarms", undefined, await logIn())).toMatchObject({
      status: 404,
      body: { code: "NOT_FOUND" },
    });
    const metrics = await fetch(`${sandbox.ready.emqx}/api/v5/prometheus/stats`);
    expect(metrics.status).toBe(200);
  });

  test("lists clients with the tokens they signed in with", async () => {
    const { from } = await provisionPair(client, ["listed-a", "listed-b"]);
    const mqtt = await connect(from.token);
    await mqtt.subscribeAsync(`127.0.0.1/${from.output}/pepeunit`);
    const path = `/clients?username=${from.token}`;
    expect(await call("GET", path, undefined, await logIn())).toMatchObject({
      body: { data: [{ connected: true, proto_ver: 4, subscriptions_cnt: 1 }] },
    });
  });

  test("changes the listener's rates", async () => {
    const token = await logIn();
    const path = "/listeners/tcp:default";
    expect(await call("GET", path, undefined, token)).toMatchObject({
      body: { max_conn_rate: "1000/s", max_connections: 10_000 },
    });
    expect(await call("PUT", path, { max_conn_rate: "500/s" }, token)).toMatchObject({
      status: 200,
      body: { max_conn_rate: "500/s", messages_rate: "20000/s" },
    });
    expect((await call("PUT", path, { max_conn_rate: "fast" }, token)).status).toBe(400);
    expect(await call("GET", "/configs/global_zone", undefined, token)).toMatchObject({
      body: { mqtt: { max_packet_size: "256KB", retain_available: false, max_inflight: 32 } },
    });
  });

  test("names its gauges and totals with dots, of one node or of all", async () => {
    const token = await logIn();
    expect(await call("GET", "/stats?aggregate=true", undefined, token)).toMatchObject({
      status: 200,
      body: { "connections.count": expect.any(Number) },
    });
    expect(await call("GET", "/metrics", undefined, token)).toMatchObject({
      body: [{ node: "emqx@127.0.0.1", "packets.publish.auth_error": expect.any(Number) }],
    });
  });

  test("its metrics count what passes", async () => {
    const { from, to } = await provisionPair(client, ["count-a", "count-b"]);
    const [sender, receiver] = [await connect(from.token), await connect(to.token)];
    const topic = `127.0.0.1/${from.output}/pepeunit`;
    const received = vi.fn<() => void>();
    receiver.on("message", received);
    await receiver.subscribeAsync(topic);
    const before = await stats();
    for (let sent = 0; sent < 3; sent++) await sender.publishAsync(topic, "x", { qos: 1 });
    await sender.publishAsync(`127.0.0.1/input_base_topic/${to.uuid}/x/y`, "denied", { qos: 1 });
    await vi.waitFor(() => expect(received).toHaveBeenCalledTimes(3));
    const after = await stats();
    const grown = (name: string) => (after[name] ?? 0) - (before[name] ?? 0);
    expect(grown("emqx_messages_received")).toBe(4);
    // The receiver and the DataPipe.
    expect(grown("emqx_messages_sent")).toBe(6);
    expect(grown("emqx_packets_publish_auth_error")).toBe(1);
    expect(grown("emqx_bytes_received")).toBeGreaterThan(0);
    expect(after).toMatchObject({ emqx_connections_count: expect.any(Number) });
  });
});

async function stats(): Promise<Record<string, number>> {
  const response = await fetch(`${sandbox.ready.emqx}/api/v5/prometheus/stats`);
  const lines = (await response.text()).split("\n").filter((line) => /^[a-z]/.test(line));
  return Object.fromEntries(
    lines.map((line) => [line.split(" ")[0], Number(line.split(" ")[1])]),
  ) as Record<string, number>;
}

describe("what the broker does to the slow and the wrong", () => {
  test("six levels are denied like any foreign topic; the connection stays", async () => {
    const { from } = await provisionPair(client, ["deep-a", "deep-b"]);
    const mqtt = await connect(from.token);
    const topic = `127.0.0.1/output_base_topic/${from.uuid}/state/pepeunit/more`;
    await mqtt.publishAsync(topic, "x", { qos: 1 });
    await expect(mqtt.subscribeAsync(topic)).rejects.toThrow("Subscribe error");
    expect(mqtt.connected).toBe(true);
  });

  test("a subscriber that stops reading is killed, its sender goes on", async () => {
    const { from, to } = await provisionPair(client, ["slow-a", "slow-b"]);
    const topic = `127.0.0.1/${from.output}/pepeunit`;
    const slow = await connect(to.token);
    await slow.subscribeAsync(topic);
    const gone = new Promise<void>((resolve) => {
      slow.once("close", () => resolve());
    });
    slow.stream.pause();
    const sender = await connect(from.token);
    const payload = Buffer.alloc(64 * 1024);
    const state = { isGone: false };
    void gone.then(() => {
      state.isGone = true;
    });
    // Kernel buffers take some megabytes before the broker's own count begins.
    for (let sent = 0; sent < 2000 && !state.isGone; sent++) {
      await sender.publishAsync(topic, payload, { qos: 1 });
    }
    slow.stream.resume();
    await gone;
    expect(sender.connected).toBe(true);
  });

  test("beyond the machine's room a connection is closed at once", async () => {
    await using small = await startSandbox({ port: 0, mqttPort: 0, capacity: { link: 2 } });
    const port = Number(new URL(small.ready.mqtt).port);
    const sockets = [1, 2, 3].map(() => connectSocket(port, "127.0.0.1"));
    const closed = await Promise.race(
      sockets.map(
        (socket) =>
          new Promise<boolean>((resolve) => {
            socket.on("error", () => resolve(true));
            socket.on("close", () => resolve(true));
          }),
      ),
    );
    expect(closed).toBe(true);
    for (const socket of sockets) socket.destroy();
  });
});

test("behind nginx a public address gets five requests a second and ten at once", async () => {
  await using limited = await startSandbox({ port: 0, mqttPort: 0, capacity: {}, nginx: true });
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => fetch(`${limited.ready.url}/pepeunit`)),
  );
  const refused = answers.filter(({ status }) => status === 429);
  // One and ten more at once, and what leaks while they are answered.
  expect(answers.length - refused.length).toBeGreaterThanOrEqual(11);
  expect(refused.length).toBeGreaterThan(3);
  expect(await refused[0]?.text()).toContain("<title>429 Too Many Requests</title>");
});
