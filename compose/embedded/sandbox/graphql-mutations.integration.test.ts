import { connectAsync } from "mqtt";
import { describe, expect, test, vi } from "vitest";
import { graphqlBench, refusal } from "./graphql.suite.ts";
import { linkUnits, readSchema } from "./test-client.ts";

const { ask, client, mqtt: brokerUrl, pair, post } = graphqlBench();

describe("mutations", () => {
  test("an edge can be deleted here only, and the consumer is told", async () => {
    const { from, to } = await pair("edges");
    await linkUnits(client(), from, to);
    const mqtt = await connectAsync(brokerUrl(), { username: to.token });
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
    expect((await readSchema(client(), to.uuid)).input_topic).toEqual(to.schema.input_topic);
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
    expect(await post(form, undefined, client().token)).toEqual({
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
    expect((await client().call("GET", `/units/${uuid}`)).status).toBe(422);
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
    expect(await client().call("GET", path)).toMatchObject({ body: { count: 1 } });
    const drop = `/permission/permission/x?agent_uuid=${to.uuid}&resource_uuid=${from.output}`;
    expect((await client().call("DELETE", drop)).status).toBe(204);
    expect(await client().call("GET", path)).toMatchObject({ body: { count: 0 } });
  });
});
