import { inflateRawSync } from "node:zlib";
import { connectAsync } from "mqtt";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Sandbox, startSandbox } from "./start.ts";
import { type Provisioned, provisionPair, signIn, type TestClient } from "./test-client.ts";

const NODES = "/unit_nodes";
const COUNTING = `
active_period: {type: Permanent}
filters: {type_input_value: Text, max_rate: 0, last_unique_check: false, max_size: 0}
processing_policy: {policy_type: TimeWindow, time_window_size: 3600}
`;
const STORED = { timeout: 15_000, interval: 20 };

let sandbox: Sandbox;
let client: TestClient;
beforeAll(async () => {
  sandbox = await startSandbox({
    port: 0,
    mqttPort: 0,
    capacity: {},
    dataPipe: { flushMs: 50 },
    limits: { connectsPerSec: 1000 },
  });
  client = await signIn(sandbox.ready);
});
afterAll(() => sandbox.close());

type Pair = Awaited<ReturnType<typeof provisionPair>> & Provisioned;
const pair = (name: string): Promise<Pair> => provisionPair(client, [`${name}-a`, `${name}-b`]);
const upload = (path: string, text: string, field = "data") => {
  const form = new FormData();
  form.append(field, new Blob([text]), "file");
  return client.call("POST", `${NODES}${path}`, { form });
};
const detail = (status: number, text: string) => ({ status, body: { detail: text } });
const read = (node: string, more = "&type=TimeWindow") =>
  client.call("GET", `${NODES}/get_data_pipe_data/?uuid=${node}${more}`);

/** Publishes and waits until the broker has it. */
async function publish(token: string, node: string, ...texts: readonly string[]): Promise<void> {
  const mqtt = await connectAsync(sandbox.ready.mqtt, { username: token, reconnectPeriod: 0 });
  for (const text of texts) {
    await mqtt.publishAsync(`127.0.0.1/${node}/pepeunit`, text, { qos: 1 });
  }
  await mqtt.endAsync();
}

/** A time as the CSV has it. */
const csvTime = (agoMs: number) =>
  new Date(Date.now() - agoMs).toISOString().replace("T", " ").slice(0, -1);

describe("a node's pipe", () => {
  test("a new node has the default pipe, and its state is the last value", async () => {
    const { from } = await pair("default");
    expect(await client.call("GET", `${NODES}/${from.output}`)).toMatchObject({
      body: { is_data_pipe_active: true, data_pipe_status: "Inactive", state: null },
    });
    const yaml = await client.call("GET", `${NODES}/get_data_pipe_config/${from.output}`);
    expect(yaml).toMatchObject({ status: 200, body: expect.stringContaining("max_rate: 5") });
    // It is not announced: only another node's change makes the service look before a minute is over.
    await client.call("PATCH", `${NODES}/${from.input}`, { body: { is_data_pipe_active: false } });
    await vi.waitFor(async () => {
      await publish(from.token, from.output, "21.5");
      const { body } = await client.call("GET", `${NODES}/${from.output}`);
      expect(body).toMatchObject({
        state: "21.5",
        last_update_datetime: expect.stringMatching(/T\d\d:\d\d:\d\d$/),
      });
    }, STORED);
  });

  test("what a TimeWindow stored reads back with the platform's fields", async () => {
    const { from } = await pair("window");
    expect(await upload(`/set_data_pipe_config?uuid=${from.output}`, COUNTING)).toMatchObject({
      status: 204,
    });
    await vi.waitFor(async () => {
      await publish(from.token, from.output, "seen");
      expect((await read(from.output)).body).not.toMatchObject({ count: 0 });
    }, STORED);
    const reader = { token: from.token };
    const { body } = await client.call(
      "GET",
      `${NODES}/get_data_pipe_data/?uuid=${from.output}&type=TimeWindow&relative_time=1h&limit=1`,
      reader,
    );
    expect(body).toEqual({
      count: expect.any(Number),
      pipe_data: [
        {
          unit_node_uuid: from.output,
          state: "seen",
          state_type: "Text",
          create_datetime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?$/),
          expiration_datetime: expect.stringMatching(/T\d\d:\d\d:\d\d$/),
          size: 4,
        },
      ],
    });
    expect((await client.call("GET", `${NODES}/get_data_pipe_data?uuid=x`)).status).toBe(422);
  });

  test("settings are checked by stage, and refused with nothing but a count", async () => {
    const { from, to } = await pair("check");
    const wrong = COUNTING.replace("3600", "61").replace("max_size: 0", "max_size: -1");
    expect(await upload("/check_data_pipe_config", COUNTING)).toEqual({ status: 200, body: [] });
    expect(await upload("/check_data_pipe_config", wrong)).toMatchObject({
      status: 200,
      body: [{ stage: "Filters" }, { stage: "ProcessingPolicy" }],
    });
    const set = `/set_data_pipe_config?uuid=${from.output}`;
    expect(await upload(set, wrong)).toEqual(
      detail(422, "422: 8: DataPipe Validation Error: 2 validation errors for DataPipeConfig"),
    );
    expect(await upload(set, "")).toEqual(
      detail(422, "422: 8: DataPipe Validation Error: DataPipe is None"),
    );
    expect(await upload(set, COUNTING, "file")).toMatchObject({
      status: 422,
      body: { detail: [{ type: "missing", loc: ["body", "data"] }] },
    });
    await client.call("PATCH", `${NODES}/${to.input}`, { body: { is_data_pipe_active: false } });
    expect(await upload(`/set_data_pipe_config?uuid=${to.input}`, COUNTING)).toEqual(
      detail(422, "422: 8: UnitNode Validation Error: Data pipe is not active"),
    );
  });

  test("LastValue fails over REST, and so does a relative time that is none", async () => {
    const { from } = await pair("fails");
    const failure = { status: 500, body: "Internal Server Error" };
    expect(await read(from.output, "&type=LastValue")).toEqual(failure);
    expect(await read(from.output, "&type=TimeWindow&relative_time=soon")).toEqual(failure);
    expect(await read(from.output, "&type=Sometimes")).toMatchObject({ status: 422 });
    expect(await read(from.output, "&type=TimeWindow&limit=501")).toEqual(
      detail(422, "limit must be <= 500"),
    );
  });

  test("a CSV replaces the data, comes back in a ZIP, and is deleted", async () => {
    const { from } = await pair("csv");
    await upload(`/set_data_pipe_config?uuid=${from.output}`, COUNTING);
    const zipPath = `${sandbox.ready.url}/pepeunit/api/v1${NODES}/get_data_pipe_data_csv/${from.output}`;
    expect(await client.call("GET", `${NODES}/get_data_pipe_data_csv/${from.output}`)).toEqual(
      detail(422, "422: 8: UnitNode Validation Error: No data found"),
    );
    const rows = [`1,${csvTime(2000)}`, `"a,b",${csvTime(1000)}`];
    const csv = `state,create_datetime\r\n${rows.join("\r\n")}\r\n`;
    const set = `/set_data_pipe_data_csv?uuid=${from.output}`;
    expect((await upload(set, csv)).status).toBe(204);
    expect((await upload(set, csv)).status).toBe(204);
    expect((await read(from.output)).body).toMatchObject({ count: 2 });

    const zip = await fetch(zipPath, { headers: { "x-auth-token": from.token } });
    const bytes = Buffer.from(await zip.arrayBuffer());
    const start = 30 + bytes.readUInt16LE(26);
    expect(
      inflateRawSync(bytes.subarray(start, start + bytes.readUInt32LE(18))).toString("utf8"),
    ).toBe(csv);

    const late = `state,create_datetime\n1,${csvTime(3_700_000)}\n`;
    expect((await upload(set, late)).body).toEqual({
      detail: "422: 8: DataPipe Validation Error: Line 1: outside of the time window",
    });
    const gone = await client.call("DELETE", `${NODES}/delete_data_pipe_data/${from.output}`);
    expect(gone.status).toBe(204);
    expect((await read(from.output)).body).toEqual({ count: 0, pipe_data: [] });
  });

  test("setting an Input publishes the value, and resets what the node was set to", async () => {
    const { to } = await pair("state");
    const listener = await connectAsync(sandbox.ready.mqtt, { username: to.token });
    const received: string[] = [];
    listener.on("message", (_topic, payload) => received.push(payload.toString()));
    await listener.subscribeAsync(`127.0.0.1/${to.input}/pepeunit`);
    const change = { visibility_level: "Private", is_rewritable_input: true, max_connections: 3 };
    await client.call("PATCH", `${NODES}/${to.input}`, { body: change });
    const path = `${NODES}/set_state_input/${to.input}`;
    expect(await client.call("PATCH", path, { body: { state: "on" } })).toMatchObject({
      status: 200,
      body: {
        state: "on",
        visibility_level: "Public",
        is_rewritable_input: false,
        max_connections: 10,
        is_data_pipe_active: false,
        data_pipe_status: "Inactive",
      },
    });
    await vi.waitFor(() => expect(received).toEqual(["on"]));
    await listener.endAsync();
    const asUnit = { token: to.token, body: { state: "x" } };
    expect((await client.call("PATCH", path, asUnit)).status).toBe(403);
  });
});

test("with the deploy kit's key nothing is stored, and no answer says so", async () => {
  await using broken = await startSandbox({
    port: 0,
    mqttPort: 0,
    capacity: {},
    faults: ["data-pipe-key"],
  });
  expect(broken.dataPipeSubscribed()).toBe(false);
  const admin = await signIn(broken.ready);
  const { from } = await provisionPair(admin, ["key-a", "key-b"]);
  expect(await admin.call("GET", `${NODES}/${from.output}`)).toMatchObject({
    status: 200,
    body: { is_data_pipe_active: true, data_pipe_error: null },
  });
});

test("an instance without DataPipe refuses all about it and makes no default pipes", async () => {
  await using plain = await startSandbox({
    port: 0,
    mqttPort: 0,
    capacity: {},
    features: { dataPipe: false },
  });
  const admin = await signIn(plain.ready);
  const { from } = await provisionPair(admin, ["off-a", "off-b"]);
  const path = `${NODES}/get_data_pipe_data/?uuid=${from.output}&type=TimeWindow`;
  const refused = detail(
    405,
    "405: 15: Feature Flag Error: Feature PU_FF_DATAPIPE_ENABLE is disabled",
  );
  expect(await admin.call("GET", path)).toEqual(refused);
  expect(await admin.call("GET", `${NODES}/${from.output}`)).toMatchObject({
    body: { is_data_pipe_active: false, data_pipe_yml: null },
  });
});
