import { connectAsync } from "mqtt";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Sandbox, startSandbox } from "./start.ts";
import { linkUnits, provisionPair, readSchema, signIn, type TestClient } from "./test-client.ts";

let sandbox: Sandbox;
let client: TestClient;
beforeAll(async () => {
  sandbox = await startSandbox({
    port: 0,
    mqttPort: 0,
    capacity: {},
    limits: { connectsPerSec: 1000 },
  });
  client = await signIn(sandbox.ready);
});
afterAll(() => sandbox.close());

const pair = (name: string) => provisionPair(client, [`${name}-a`, `${name}-b`]);
const refusal = (message: string, field: string) => ({
  status: 200,
  body: { data: null, errors: [{ message, locations: expect.any(Array), path: [field] }] },
});

async function post(body: string | FormData, type?: string, token?: string) {
  const headers = {
    ...(type === undefined ? {} : { "content-type": type }),
    ...(token === undefined ? {} : { "x-auth-token": token }),
  };
  const url = `${sandbox.ready.url}/pepeunit/graphql`;
  const response = await fetch(url, { method: "POST", headers, body });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") ?? false;
  return { status: response.status, body: isJson ? (JSON.parse(text) as unknown) : text };
}

/** Asks as the administrator, unless another token is given. */
const ask = async (query: string, variables: object = {}, token = client.token) =>
  post(JSON.stringify({ query, variables }), "application/json", token);

describe("mutations", () => {
  test("an edge can be deleted here only, and the consumer is told", async () => {
    const { from, to } = await pair("edges");
    await linkUnits(client, from, to);
    const mqtt = await connectAsync(sandbox.ready.mqtt, { username: to.token });
    const received: string[] = [];
    mqtt.on("message", (topic) => received.push(topic));
    await mqtt.subscribeAsync(Object.values(to.schema.input_base_topic).flat());
    const query = `mutation ($i: UUID!, $o: UUID!) {
      deleteUnitNodeEdge(inputUuid: $i, outputUuid: $o) { isNone } }`;
    const ends = { i: to.input, o: from.output };
    expect(await ask(query, ends)).toMatchObject({
      body: { data: { deleteUnitNodeEdge: { isNone: true } } },
    });
    await vi.waitFor(() => expect(received.join()).toContain("schema_update/pepeunit"));
    expect((await readSchema(client, to.uuid)).input_topic).toEqual(to.schema.input_topic);
    expect(await ask(query, ends)).toMatchObject({ body: { data: null } });
    await mqtt.endAsync();
  });

  test("a file comes as a multipart request", async () => {
    const { from } = await pair("files");
    const form = new FormData();
    const query = `mutation ($uuid: UUID!, $file: Upload!) {
      setDataPipeConfig(uuid: $uuid, file: $file) { isNone } }`;
    const variables = { uuid: from.output, file: null };
    form.append("operations", JSON.stringify({ query, variables }));
    form.append("map", JSON.stringify({ 0: ["variables.file"] }));
    const yaml = `active_period: {type: Permanent}
filters: {type_input_value: Text, max_rate: 0, max_size: 0}
processing_policy: {policy_type: NRecords, n_records_count: 5}`;
    form.append("0", new Blob([yaml]), "pipe.yml");
    expect(await post(form, undefined, client.token)).toEqual({
      status: 200,
      body: { data: { setDataPipeConfig: { isNone: true } } },
    });
    const { body } = await ask(`{ getDataPipeConfig(uuid: "${from.output}") }`);
    expect(JSON.stringify(body)).toContain("n_records_count: 5");
  });

  test("a unit lives and dies by mutations alone", async () => {
    const { repo } = await pair("life");
    const create = `mutation ($unit: UnitCreateInput!) { createUnit(unit: $unit) { uuid } }`;
    const unit = {
      repoUuid: repo,
      visibilityLevel: "PRIVATE",
      name: "life-c",
      isAutoUpdateFromRepoUnit: true,
    };
    const { body } = await ask(create, { unit });
    const { uuid } = (body as { data: { createUnit: { uuid: string } } }).data.createUnit;
    const update = `mutation ($uuid: UUID!) {
      updateUnit(uuid: $uuid, unit: {name: "life-d"}) { name visibilityLevel firmwareUpdateStatus } }`;
    expect(await ask(update, { uuid })).toMatchObject({
      body: {
        data: {
          updateUnit: {
            name: "life-d",
            visibilityLevel: "PRIVATE",
            firmwareUpdateStatus: "REQUEST_SENT",
          },
        },
      },
    });
    const remove = `mutation ($uuid: UUID!) { deleteUnit(uuid: $uuid) { isNone } }`;
    expect(await ask(remove, { uuid })).toMatchObject({
      body: { data: { deleteUnit: { isNone: true } } },
    });
    expect((await client.call("GET", `/units/${uuid}`)).status).toBe(422);
  });

  test("permissions: any user can grant, twice is refused, and they are listed", async () => {
    const { from, to } = await pair("grants");
    const given = { agentUuid: to.uuid, agentType: "UNIT" };
    const permission = { ...given, resourceUuid: from.output, resourceType: "UNIT_NODE" };
    const create = `mutation ($p: PermissionCreateInput!) {
      createPermission(permission: $p) { agentType resourceType } }`;
    expect(await ask(create, { p: permission })).toMatchObject({
      body: { data: { createPermission: { agentType: "UNIT", resourceType: "UNIT_NODE" } } },
    });
    expect(await ask(create, { p: permission })).toEqual(
      refusal("422: 4: Permission Validation Error: Permission is exist", "createPermission"),
    );
    const path = `/permission/get_resource_agents?resource_uuid=${from.output}&resource_type=UnitNode`;
    expect(await client.call("GET", path)).toMatchObject({ body: { count: 1 } });
    const drop = `/permission/permission/x?agent_uuid=${to.uuid}&resource_uuid=${from.output}`;
    expect((await client.call("DELETE", drop)).status).toBe(204);
    expect(await client.call("GET", path)).toMatchObject({ body: { count: 0 } });
  });
});
