import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Sandbox, startSandbox } from "./start.ts";
import {
  createTestClient,
  linkUnits,
  provision,
  provisionPair,
  readSchema,
  signIn,
  type TestClient,
  type TestUnit,
} from "./test-client.ts";

let sandbox: Sandbox;
let client: TestClient;
const open: MqttClient[] = [];

beforeAll(async () => {
  sandbox = await startSandbox({ port: 0, mqttPort: 0, capacity: {} });
  client = await signIn(sandbox.ready);
});
afterAll(async () => {
  await Promise.all(open.map((each) => each.endAsync(true)));
  await sandbox.close();
});

/** Connects a unit and collects what it receives as "topic payload". */
async function connect(token: string): Promise<{ mqtt: MqttClient; received: string[] }> {
  const received: string[] = [];
  const mqtt = await connectAsync(sandbox.ready.mqtt, { username: token, reconnectPeriod: 0 });
  mqtt.on("message", (topic, payload) => received.push(`${topic} ${payload.toString()}`));
  open.push(mqtt);
  return { mqtt, received };
}

const topicOf = (unit: TestUnit, kind: "input_topic" | "output_topic") =>
  Object.values(unit.schema[kind])[0]?.[0] ?? "";
const detail = (text: string) => ({ body: { detail: text } });
const pair = (names: readonly [string, string], visibility?: string) =>
  provisionPair(client, names, visibility);
const link = (from: TestUnit, to: TestUnit) => linkUnits(client, from, to);

describe("a message from unit to unit", () => {
  test("an edge makes the consumer's schema list the producer's topic, and tells it so", async () => {
    const { from, to } = await pair(["edge-a", "edge-b"]);
    const consumer = await connect(to.token);
    const commands = Object.values(to.schema.input_base_topic).flat();
    expect(commands).toHaveLength(4);
    await consumer.mqtt.subscribeAsync(commands);

    expect(await link(from, to)).toMatchObject({ status: 201 });
    await vi.waitFor(() => expect(consumer.received).toHaveLength(1));
    expect(consumer.received[0]).toMatch(/schema_update\/pepeunit {"COMMAND":"SchemaUpdate"}$/);

    const schema = await readSchema(client, to.uuid);
    const topics = schema.input_topic["input/pepeunit"] ?? [];
    expect(topics).toEqual([`127.0.0.1/${to.input}/pepeunit`, `127.0.0.1/${from.output}/pepeunit`]);
    await consumer.mqtt.subscribeAsync(topics);
    const producer = await connect(from.token);
    for (const [at, qos] of ([0, 1, 0, 1, 0] as const).entries()) {
      producer.mqtt.publish(topicOf(from, "output_topic"), `${at}`, { qos });
    }
    await vi.waitFor(() => expect(consumer.received).toHaveLength(6));
    expect(await link(from, to)).toMatchObject(
      detail("422: 8: UnitNode Validation Error: Edge exist"),
    );
  });

  test("QoS 1 is acknowledged and keeps its order", async () => {
    const { from, to } = await pair(["qos-a", "qos-b"]);
    const consumer = await connect(to.token);
    await consumer.mqtt.subscribeAsync(topicOf(from, "output_topic"), { qos: 1 });
    const producer = await connect(from.token);
    const sent = Array.from({ length: 25 }, (_, at) => `${topicOf(from, "output_topic")} ${at}`);
    await Promise.all(
      sent.map((_, at) =>
        producer.mqtt.publishAsync(topicOf(from, "output_topic"), `${at}`, { qos: 1 }),
      ),
    );
    await vi.waitFor(() => expect(consumer.received).toEqual(sent));
  });
});

describe("what the broker denies", () => {
  test("a foreign Private topic: SUBACK 0x80, and a publish vanishes but is acknowledged", async () => {
    const { from, to } = await pair(["deny-a", "deny-b"], "Private");
    const stranger = await connect(from.token);
    const granted: unknown[] = [];
    stranger.mqtt.on("packetreceive", (packet) => {
      if (packet.cmd === "suback") granted.push(...packet.granted);
    });
    const topic = topicOf(to, "output_topic");
    await stranger.mqtt.subscribeAsync(topic).catch(() => {});
    await stranger.mqtt.subscribeAsync("#").catch(() => {});
    await stranger.mqtt.subscribeAsync("127.0.0.1/+/pepeunit").catch(() => {});
    expect(granted).toEqual([0x80, 0x80, 0x80]);

    const owner = await connect(to.token);
    await owner.mqtt.subscribeAsync(topic);
    await stranger.mqtt.publishAsync(topic, "denied", { qos: 1 });
    await owner.mqtt.publishAsync(topic, "own", { qos: 1 });
    await vi.waitFor(() => expect(owner.received).toEqual([`${topic} own`]));
    expect(stranger.mqtt.connected).toBe(true);
  });

  test("an edge gives the consumer the right to a Private topic, once it reconnects", async () => {
    const { from, to } = await pair(["priv-a", "priv-b"], "Private");
    await link(from, to);
    const { mqtt } = await connect(to.token);
    const grants = await mqtt.subscribeAsync(topicOf(from, "output_topic"));
    expect(grants).toEqual([{ topic: topicOf(from, "output_topic"), qos: 0 }]);
  });

  test("a retained message ends the connection", async () => {
    const { from } = await pair(["keep-a", "keep-b"]);
    const { mqtt } = await connect(from.token);
    mqtt.publish(topicOf(from, "output_topic"), "x", { retain: true });
    await vi.waitFor(() => expect(mqtt.connected).toBe(false));
  });

  test("a packet above 256 KB ends the connection", async () => {
    const { from } = await pair(["huge-a", "huge-b"]);
    const { mqtt } = await connect(from.token);
    mqtt.publish(topicOf(from, "output_topic"), Buffer.alloc(256 * 1024));
    await vi.waitFor(() => expect(mqtt.connected).toBe(false));
  });

  test("any token may connect, and an invalid one may do nothing", async () => {
    const { from } = await pair(["anon-a", "anon-b"]);
    const { mqtt } = await connect("not-a-token");
    const denied = mqtt.subscribeAsync(topicOf(from, "output_topic"));
    await expect(denied).rejects.toThrow("Subscribe error");
  });
});

describe("REST", () => {
  test("refuses with the platform's texts", async () => {
    const { from, repo, registry } = await pair(["text-a", "text-b"]);
    const unit = {
      repo_uuid: repo,
      visibility_level: "Public",
      is_auto_update_from_repo_unit: true,
    };
    const nobody = "00000000-0000-4000-8000-000000000000";
    const post = (path: string, body: unknown) => client.call("POST", path, { body });
    const missing = "422: 2: Validation Error: The object does not exist";

    expect(await post("/units", { ...unit, name: "abc" })).toMatchObject(
      detail("422: 7: Unit Validation Error: Name is not correct"),
    );
    expect(await post("/units", { ...unit, name: from.name })).toMatchObject(
      detail("422: 7: Unit Validation Error: Name is not unique"),
    );
    expect(await client.call("GET", `/units/${nobody}`)).toEqual({
      status: 422,
      ...detail(missing),
    });
    expect(await client.call("GET", `/units/env/${nobody}`)).toEqual({
      status: 500,
      body: "Internal Server Error",
    });
    expect(await client.call("DELETE", `/repos/${repo}`)).toMatchObject({ status: 422 });
    expect(await client.call("DELETE", `/repository_registry/${registry}`)).toMatchObject({
      status: 422,
    });
    expect(await client.call("GET", "/units?limit=501")).toEqual({
      status: 422,
      ...detail("limit must be <= 500"),
    });
    expect(await client.call("GET", "/users", { token: "x" })).toEqual({
      status: 403,
      ...detail("403: 1: No Access: Token is invalid"),
    });
    expect(await post("/users", { login: "someone", password: "password" })).toMatchObject({
      status: 403,
    });
  });

  test("answers a request of the wrong shape as FastAPI does", async () => {
    expect(await client.call("POST", "/units", { body: { name: 5 } })).toMatchObject({
      status: 422,
      body: {
        detail: expect.arrayContaining([
          {
            type: "missing",
            loc: ["body", "repo_uuid"],
            msg: "Field required",
            input: { name: 5 },
          },
          expect.objectContaining({ type: "string_type", loc: ["body", "name"], input: 5 }),
        ]),
      },
    });
  });

  test("a slash too many or too few is a redirect or a uuid that is none", async () => {
    expect(await client.call("GET", "/metrics")).toMatchObject({ status: 307 });
    expect(await client.call("GET", "/units/")).toMatchObject({ status: 307 });
    expect(await client.call("GET", "/units/log_list")).toMatchObject({ status: 422 });
    expect(await client.call("GET", "/nowhere")).toEqual({ status: 404, ...detail("Not Found") });
  });

  test("only the creator changes things; others see by visibility", async () => {
    const { from } = await pair(["mine-a", "mine-b"], "Private");
    const anonymous = createTestClient(sandbox.ready.url);
    const account = { login: "someone", password: "password" };
    expect(await anonymous.call("POST", "/users", { body: account })).toMatchObject({
      status: 201,
      body: { role: "User", status: "Unverified", login: "someone" },
    });
    const { body } = await anonymous.call("POST", "/users/auth", {
      body: { credentials: "someone", password: "password" },
    });
    const { token } = body as { token: string };
    const path = `/units/${from.uuid}`;
    expect(await client.call("DELETE", path, { token })).toMatchObject({ status: 403 });
    expect(await client.call("GET", path, { token })).toMatchObject({ status: 403 });
    expect(await client.call("GET", "/units?search_string=mine-", { token })).toMatchObject({
      body: { count: 0 },
    });
    expect(await client.call("GET", path, { token: from.token })).toMatchObject({ status: 200 });
    const wrong = { credentials: "someone", password: "wrong-password" };
    expect(await anonymous.call("POST", "/users/auth", { body: wrong })).toMatchObject(
      detail("403: 1: No Access: Password hash mismatched"),
    );
  });

  test("the hook decides as the broker does", async () => {
    const { from, to } = await pair(["hook-a", "hook-b"]);
    const ask = (topic: string) =>
      client.call("POST", "/units/auth", { body: { token: from.token, topic } });
    expect(await ask(topicOf(to, "input_topic"))).toMatchObject({ body: { result: "allow" } });
    expect(await ask(`d/output_base_topic/${to.uuid}/state/pepeunit`)).toEqual({
      status: 200,
      body: { result: "deny" },
    });
  });

  test("the eleventh edge of an Output is refused", async () => {
    const { units } = await provision(
      client,
      Array.from({ length: 12 }, (_, at) => `many-${at}`),
    );
    const [hub, ...others] = units;
    if (!hub) throw new Error("units expected");
    const answers = [];
    for (const other of others) answers.push(await link(hub, other));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(10);
    expect(JSON.stringify(answers.at(-1)?.body)).toContain(
      "Maximum number of outgoing connections (10) reached for",
    );
  });

  test("a repository that cannot be mirrored is created with its error, and makes no units", async () => {
    const url = "https://git.test/a/is_broken.git";
    const given = { platform: "Gitlab", repository_url: url, is_public_repository: true };
    expect(await client.call("POST", "/repository_registry", { body: given })).toMatchObject({
      status: 201,
      body: { sync_status: "Error", branches: [] },
    });
    expect(await client.call("POST", "/repository_registry", { body: given })).toMatchObject(
      detail(`422: 13: Repository Registry Validation Error: Url "${url}" is exist`),
    );
  });

  test("the operator's metrics count requests, the hook's among them", async () => {
    const { from } = await pair(["prom-a", "prom-b"]);
    const { mqtt } = await connect(from.token);
    await mqtt.subscribeAsync(topicOf(from, "input_topic"));
    const text = await (await fetch(`${sandbox.ready.url}/pepeunit/metrics`)).text();
    expect(text).toMatch(/http_requests_total{handler="\/pepeunit\/api\/v1\/units",.*"2xx"} \d+/);
    expect(text).toMatch(/http_requests_total{handler="\/pepeunit\/api\/v1\/units\/auth"/);
  });

  test("deleting everything leaves nothing", async () => {
    await using other = await startSandbox({ port: 0, mqttPort: 0, capacity: {} });
    const admin = await signIn(other.ready);
    const { from, to, units, repo, registry } = await provisionPair(admin, ["gone-a", "gone-b"]);
    await linkUnits(admin, from, to);
    for (const unit of units) {
      expect((await admin.call("DELETE", `/units/${unit.uuid}`)).status).toBe(204);
    }
    expect((await admin.call("DELETE", `/repos/${repo}`)).status).toBe(204);
    expect((await admin.call("DELETE", `/repository_registry/${registry}`)).status).toBe(204);
    expect(await admin.call("GET", "/metrics/")).toMatchObject({
      body: {
        user_count: 1,
        repository_registry_count: 0,
        repo_count: 0,
        unit_count: 0,
        unit_node_count: 0,
        unit_node_edge_count: 0,
      },
    });
    const auth = { token: from.token, topic: `d/${from.output}/pepeunit` };
    expect(await admin.call("POST", "/units/auth", { body: auth })).toMatchObject({
      body: { result: "deny" },
    });
  });
});
