import { describe, expect, test } from "vitest";
import { graphqlBench, refusal } from "./graphql.suite.ts";
import { startSandbox } from "./start.ts";
import { createTestClient } from "./test-client.ts";

const { ask, client, pair, post, url } = graphqlBench();

/** How many of the Units of one test a filter lets through. */
const count = async (filters: object) => {
  const query = "query ($f: UnitFilterInput!) { getUnits(filters: $f) { count } }";
  const { body } = await ask(query, { f: { searchString: "nulls", ...filters } });
  return (body as { data: { getUnits: { count: number } } }).data.getUnits.count;
};

describe("queries", () => {
  test("names are in camel case and enums by their Python names", async () => {
    const { from } = await pair("names");
    const query = `query ($uuid: UUID!) {
      getUnit(uuid: $uuid) { uuid name visibilityLevel isAutoUpdateFromRepoUnit unitState { millis }
        firmwareUpdateStatus unitNodes { uuid } } }`;
    expect(await ask(query, { uuid: from.uuid })).toEqual({
      status: 200,
      body: {
        data: {
          getUnit: {
            uuid: from.uuid,
            name: "names-a",
            visibilityLevel: "PUBLIC",
            isAutoUpdateFromRepoUnit: true,
            unitState: null,
            firmwareUpdateStatus: null,
            unitNodes: [],
          },
        },
      },
    });
  });

  test("nodes are joined to a list only when it asks for them", async () => {
    const { units } = await pair("joined");
    const query = `query ($filters: UnitFilterInput!) {
      getUnits(filters: $filters) { count units { name unitNodes { type topicName } } } }`;
    const filters = { uuids: units.map(({ uuid }) => uuid), unitNodeType: ["OUTPUT"], limit: 1 };
    expect(await ask(query, { filters: { ...filters, orderByCreateDate: "asc" } })).toMatchObject({
      body: {
        data: {
          getUnits: {
            count: 2,
            units: [
              { name: "joined-a", unitNodes: [{ type: "OUTPUT", topicName: "output/pepeunit" }] },
            ],
          },
        },
      },
    });
  });

  test("a list filter given as null lets nothing through; left out it lets all", async () => {
    await pair("nulls");
    expect([
      await count({}),
      await count({ uuids: null }),
      await count({ repoUuid: null }),
    ]).toEqual([2, 0, 2]);
  });

  test("a limit above 500 is an error, none gives every row", async () => {
    const query = "query ($f: UnitFilterInput!) { getUnits(filters: $f) { count } }";
    expect(await ask(query, { f: { limit: 501 } })).toEqual(
      refusal("limit must be <= 500", "getUnits"),
    );
  });

  test("the mix of the web client's main page is answered, for Bot with an empty token", async () => {
    await pair("main");
    const query = `{ getRepos(filters: {}) { count repos { uuid name } }
      getUnits(filters: {}) { count units { uuid name } }
      getBaseMetrics { userCount unitCount unitNodeEdgeCount } }`;
    const { status, body } = await ask(query, {}, "");
    expect({ status, body }).toMatchObject({ status: 200, body: { data: expect.any(Object) } });
    expect(body).not.toHaveProperty("errors");
    expect(await ask("mutation { setGrafanaCookies { isNone } }", {}, "")).toEqual(
      refusal(
        "405: 15: Feature Flag Error: Feature PU_FF_GRAFANA_INTEGRATION_ENABLE is disabled",
        "setGrafanaCookies",
      ),
    );
  });

  test("what reads a unit's own things answers in JSON text", async () => {
    const { from } = await pair("own");
    const query = `query ($uuid: UUID!) { getUnitEnv(uuid: $uuid)
      getUnitCurrentSchema(uuid: $uuid) getStateStorage(uuid: $uuid)
      getTargetVersion(uuid: $uuid) { commit tag } getUnitLogs(filters: {uuid: $uuid}) { count } }`;
    const { body } = await ask(query, { uuid: from.uuid }, from.token);
    const { data } = body as { data: Record<string, string> };
    expect(JSON.parse(data["getUnitEnv"] ?? "")).toMatchObject({ PU_AUTH_TOKEN: from.token });
    expect(JSON.parse(data["getUnitCurrentSchema"] ?? "")).toEqual(from.schema);
    expect(data).toMatchObject({
      getStateStorage: "",
      getTargetVersion: { tag: "1.0.0" },
      getUnitLogs: { count: 0 },
    });
  });

  test("a node without a value has no LastValue; with one it has", async () => {
    const { to } = await pair("last");
    const query = `query ($uuid: UUID!) { getPipeData(filters: {uuid: $uuid, type: LAST_VALUE}) {
      count pipeData { ... on LastValueType { unitNodeUuid state lastUpdateDatetime } } } }`;
    expect(await ask(query, { uuid: to.input })).toMatchObject({
      body: { data: null, errors: [{ path: ["getPipeData", "pipeData", 0, "state"] }] },
    });
    const set = `mutation ($uuid: UUID!) {
      setStateUnitNodeInput(uuid: $uuid, unitNode: {state: "on"}) { state visibilityLevel } }`;
    expect(await ask(set, { uuid: to.input })).toMatchObject({
      body: { data: { setStateUnitNodeInput: { state: "on", visibilityLevel: "PUBLIC" } } },
    });
    expect(await ask(query, { uuid: to.input })).toMatchObject({
      body: { data: { getPipeData: { pipeData: [{ unitNodeUuid: to.input, state: "on" }] } } },
    });
  });
});

describe("errors", () => {
  test("a refusal has REST's text, status 200 and no data", async () => {
    const { from } = await pair("refused");
    const query = `{ getUnit(uuid: "00000000-0000-4000-8000-000000000000") { uuid } }`;
    expect(await ask(query)).toEqual(
      refusal("422: 2: Validation Error: The object does not exist", "getUnit"),
    );
    expect(await ask("{ getUsers(filters: {}) { count } }", {}, "not-a-token")).toEqual(
      refusal("403: 1: No Access: Token is invalid", "getUsers"),
    );
    const stranger = `mutation { deleteUnit(uuid: "${from.uuid}") { isNone } }`;
    expect(await ask(stranger, {}, from.token)).toMatchObject({
      status: 200,
      body: { data: null, errors: [{ message: expect.stringMatching(/^403: 1: No Access/) }] },
    });
  });

  test("what is no query is an error with status 200; what is no JSON is 400", async () => {
    expect(await ask("{ getUnit")).toMatchObject({
      status: 200,
      body: { data: null, errors: [{ message: expect.stringContaining("Syntax Error") }] },
    });
    expect(await ask("{ getDashboards { count } }")).toMatchObject({
      status: 200,
      body: { data: null, errors: [{ message: expect.stringContaining("Cannot query field") }] },
    });
    expect(await post("{", "application/json")).toMatchObject({ status: 400 });
    expect(await post("{}", "application/json")).toMatchObject({ status: 400 });
  });

  test("the token goes into x-auth-token; Authorization is not looked at", async () => {
    const response = await fetch(`${url()}/pepeunit/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${client().token}` },
      body: JSON.stringify({ query: "{ getUsers(filters: {}) { count } }" }),
    });
    expect(await response.json()).toMatchObject({
      data: null,
      errors: [{ message: expect.stringContaining("403: 1: No Access") }],
    });
  });
});

test("a cached query costs a tenth, a list without a limit what its rows cost", async () => {
  await using slow = await startSandbox({ port: 0, mqttPort: 0, capacity: { api: 50 } });
  const anonymous = createTestClient(slow.ready.url);
  await anonymous.graphql("{ getBaseMetrics { unitCount } }");
  const metrics = Array.from({ length: 300 }, () =>
    anonymous.graphql("{ getBaseMetrics { unitCount } }"),
  );
  const answers = await Promise.all(metrics);
  // 300 at a tenth are 30 services; the queue holds two seconds of 50.
  expect(answers.filter(({ status }) => status === 503)).toHaveLength(0);
  const lists = Array.from({ length: 300 }, () =>
    anonymous.graphql("{ getUnits(filters: {}) { count } }"),
  );
  const shed = (await Promise.all(lists)).filter(({ status }) => status === 503);
  expect(shed.length).toBeGreaterThan(100);
});
