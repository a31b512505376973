import { MockAgent } from "undici";
import { afterEach, expect, test } from "vitest";
import { skippingClock } from "../test/skipping-clock.ts";
import { openGraphql } from "./graphql.ts";
import { openHttp } from "./http.ts";
import { isGone, isTaken } from "./refusal.ts";

const URL_ = "http://pepeunit.test";
const UUID = "0d9e1c4a-5b7f-4c57-9c43-0d8f3f6a2b11";
const agents: MockAgent[] = [];
afterEach(async () => {
  await Promise.all(agents.splice(0).map((agent) => agent.close()));
});

/** Answers one after the other, and keeps what was asked. */
function answering(...answers: readonly { status?: number; body: unknown }[]) {
  const agent = new MockAgent();
  agent.disableNetConnect();
  agents.push(agent);
  const asked: { query: string; variables: unknown; token: string | undefined }[] = [];
  for (const { status = 200, body } of answers) {
    agent
      .get(URL_)
      .intercept({ method: "POST", path: "/pepeunit/graphql" })
      .reply(status, ({ body: sent, headers }) => {
        const token = new Headers(headers).get("x-auth-token");
        asked.push({
          ...JSON.parse(typeof sent === "string" ? sent : "{}"),
          token: token ?? undefined,
        });
        return typeof body === "string" ? body : JSON.stringify(body);
      });
  }
  const http = openHttp(URL_, agent, skippingClock());
  return { client: openGraphql({ http, token: "jwt" }), asked };
}

const refusal = (message: string) => ({ body: { data: null, errors: [{ message }] } });
const unit = { uuid: UUID, name: "unit", repoUuid: UUID, visibilityLevel: "PUBLIC" };

test("asks by operation name and variables, and leaves out what was not given", async () => {
  const { client, asked } = answering({ body: { data: { getUnits: { count: 0, units: [] } } } });
  expect(await client.units({ limit: 6 })).toEqual({ count: 0, units: [] });
  expect(asked[0]).toMatchObject({
    operationName: "getUnits",
    variables: { filters: { limit: 6 } },
    token: "jwt",
  });
  expect(asked[0]?.query).toMatch(
    /^query getUnits\(\$filters: UnitFilterInput!\) { getUnits\(filters: \$filters\) { count units/,
  );
});

test("asks again without an optional field the instance does not know, and remembers it", async () => {
  const page = { body: { data: { getUnits: { count: 1, units: [{ ...unit, someday: 1 }] } } } };
  const { client, asked } = answering(
    refusal("Cannot query field 'firmwareUpdateStatus' on type 'UnitType'."),
    page,
    page,
  );
  expect((await client.units()).units[0]?.name).toBe("unit");
  await client.units();
  expect(asked.map(({ query }) => query.includes("firmwareUpdateStatus"))).toEqual([
    true,
    false,
    false,
  ]);
});

test("names an operation that is missing, and a needed field that is", async () => {
  const { client } = answering(
    refusal('Cannot query field "deleteUnitNodeEdge" on type "Mutation".'),
    refusal("Cannot query field 'name' on type 'UnitType'."),
    { body: { data: { getUnits: { count: 1, units: [{ ...unit, name: null }] } } } },
  );
  await expect(client.deleteEdge(UUID, UUID)).rejects.toThrow(
    "mutation deleteUnitNodeEdge at http://pepeunit.test: there is no such operation",
  );
  await expect(client.units()).rejects.toThrow("Cannot query field 'name'");
  await expect(client.units()).rejects.toThrow("units.0.name");
});

test("throws what the platform refuses as REST does, tokens taken out", async () => {
  const { client } = answering(
    refusal("422: 2: Validation Error: The object does not exist"),
    refusal("422: 8: UnitNode Validation Error: Edge exist"),
    refusal("403: 1: No Access: eyJh.eyJi.sig is invalid"),
    refusal("limit must be <= 500"),
  );
  const failed = () => client.createEdge(UUID, UUID).catch((error: unknown) => error);
  expect(isGone(await failed())).toBe(true);
  expect(isTaken(await failed())).toBe(true);
  expect(await failed()).toMatchObject({
    status: 403,
    detail: "403: 1: No Access: [token] is invalid",
  });
  expect(await failed()).toMatchObject({ status: 422, code: "PROVISIONING_FAILED" });
});

test("repeats a query that failed on the way, never a mutation", async () => {
  const down = { status: 500, body: "Internal Server Error" };
  const { client, asked } = answering(down, {
    body: { data: { getUsers: { count: 0, users: [] } } },
  });
  await client.users();
  expect(asked).toHaveLength(2);
  const other = answering(down);
  await expect(other.client.deleteUnit(UUID)).rejects.toThrow("HTTP 500");
  expect(other.asked).toHaveLength(1);
});

test("names nginx's limit for what it is", async () => {
  const { client } = answering(
    ...Array.from({ length: 40 }, () => ({
      status: 429,
      body: "<html>429 Too Many Requests nginx</html>",
    })),
  );
  await expect(client.counts()).rejects.toMatchObject({
    message: expect.stringContaining("request limit reached"),
    hint: expect.stringContaining("5291"),
  });
});
