import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type Sandbox, startSandbox } from "./start.ts";
import { provisionPair, signIn, type TestClient, type TestUnit } from "./test-client.ts";

let sandbox: Sandbox;
let client: TestClient;
const open: MqttClient[] = [];
beforeAll(async () => {
  sandbox = await startSandbox({
    port: 0,
    mqttPort: 0,
    capacity: {},
    limits: { connectsPerSec: 1000 },
  });
  client = await signIn(sandbox.ready);
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((mqtt) => mqtt.endAsync(true)));
});
afterAll(() => sandbox.close());

const STATE = { millis: 1, mem_free: 100, freq: 240, pu_commit_version: "other", extra: true };
const unitOf = (unit: TestUnit) => client.call("GET", `/units/${unit.uuid}`);
const logsOf = (unit: TestUnit, more = "") =>
  client.call("GET", `/units/log_list/?uuid=${unit.uuid}${more}`);

async function provisionOne(name: string) {
  const { from } = await provisionPair(client, [`${name}-a`, `${name}-b`]);
  const mqtt = await connectAsync(sandbox.ready.mqtt, { username: from.token });
  open.push(mqtt);
  const tell = (kind: "state" | "log", what: unknown) =>
    mqtt.publishAsync(
      `127.0.0.1/output_base_topic/${from.uuid}/${kind}/pepeunit`,
      JSON.stringify(what),
      { qos: 1 },
    );
  return { unit: from, mqtt, tell };
}

test("an accepted state is the unit's, and moves its last update", async () => {
  const { unit, tell } = await provisionOne("state");
  const before = (await unitOf(unit)).body as { last_update_datetime: string };
  await tell("state", STATE);
  await vi.waitFor(async () => {
    expect(await unitOf(unit)).toMatchObject({
      body: { unit_state: { millis: 1, mem_alloc: null }, current_commit_version: "other" },
    });
  });
  const after = (await unitOf(unit)).body as { last_update_datetime: string };
  expect(after.last_update_datetime > before.last_update_datetime).toBe(true);
  expect(JSON.stringify(after)).not.toContain("extra");
});

test("a second state within a minute is dropped in silence; a log is not", async () => {
  const { unit, tell } = await provisionOne("twice");
  await tell("state", STATE);
  await tell("state", { ...STATE, millis: 2 });
  await tell("log", { level: "Info", text: "after both states" });
  // One consumer, one order: with the log, both states have been seen.
  await vi.waitFor(async () => expect((await logsOf(unit)).body).toMatchObject({ count: 1 }));
  expect(await unitOf(unit)).toMatchObject({ body: { unit_state: { millis: 1 } } });
});

test("logs read back by level with the platform's fields, and move the last update", async () => {
  const { unit, tell } = await provisionOne("logs");
  const before = (await unitOf(unit)).body as { last_update_datetime: string };
  await tell("log", [
    { level: "info", text: "one", create_datetime: "2026-05-01T12:00:00" },
    { level: "Error", text: "two" },
  ]);
  await vi.waitFor(async () => expect((await logsOf(unit)).body).toMatchObject({ count: 2 }));
  expect((await logsOf(unit, "&level=Info")).body).toEqual({
    count: 1,
    unit_logs: [
      {
        uuid: expect.any(String),
        level: "Info",
        unit_uuid: unit.uuid,
        text: "one",
        create_datetime: "2026-05-01T12:00:00",
        expiration_datetime: "2026-05-02T12:00:00",
      },
    ],
  });
  await vi.waitFor(async () => {
    const after = (await unitOf(unit)).body as { last_update_datetime: string };
    expect(after.last_update_datetime > before.last_update_datetime).toBe(true);
  });
  const stranger = await provisionOne("nosy");
  const asStranger = { token: stranger.unit.token };
  const path = `/units/log_list/?uuid=${unit.uuid}`;
  expect((await client.call("GET", path, asStranger)).status).toBe(403);
});

test("LogSync empties the log before the device is told to send it", async () => {
  const { unit, mqtt, tell } = await provisionOne("sync");
  await tell("log", { level: "Info", text: "old" });
  await vi.waitFor(async () => expect((await logsOf(unit)).body).toMatchObject({ count: 1 }));
  const received: string[] = [];
  mqtt.on("message", (topic) => received.push(topic));
  await mqtt.subscribeAsync(Object.values(unit.schema.input_base_topic).flat());
  const path = `/units/send_command_to_input_base_topic/${unit.uuid}?command=LogSync`;
  expect((await client.call("POST", path)).status).toBe(204);
  await vi.waitFor(() => expect(received).toHaveLength(1));
  expect((await logsOf(unit)).body).toMatchObject({ count: 0 });
});

test("the version in a state ends an update that was asked for", async () => {
  const { unit, tell } = await provisionOne("update");
  const asked = await client.call("PATCH", `/units/${unit.uuid}`, { body: { name: "update-c" } });
  expect(asked).toMatchObject({ body: { firmware_update_status: "RequestSent" } });
  const target = await client.call("GET", `/units/get_target_version/${unit.uuid}`);
  const { commit } = target.body as { commit: string };
  await tell("state", { ...STATE, pu_commit_version: commit });
  await vi.waitFor(async () => {
    expect(await unitOf(unit)).toMatchObject({
      body: { firmware_update_status: "Success", current_commit_version: commit },
    });
  });
  const { body } = await client.graphql("{ getRepos(filters: {}) { repos { uuid name } } }");
  const { repos } = (body as { data: { getRepos: { repos: { uuid: string; name: string }[] } } })
    .data.getRepos;
  const repo = repos.find(({ name }) => name === "repo-update-a");
  expect(await client.call("GET", `/repos/versions/${repo?.uuid}`)).toEqual({
    status: 200,
    body: { unit_count: 2, versions: [{ commit, unit_count: 1, tag: "1.0.0" }] },
  });
});
