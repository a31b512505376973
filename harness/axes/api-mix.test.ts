import { describe, expect, test } from "vitest";
import { seededRandom } from "../load/random.ts";
import { RequestEncoder } from "../transport/http/request.ts";
import { apiMix, REST_MIX } from "./api-mix.ts";
import { GRAPHQL_MIX } from "./graphql-mix.ts";

const objects = {
  token: "user.token",
  units: [{ uuid: "u-1", name: "one", token: "unit.token", outputTopic: "d/n-1/pepeunit" }],
};

function draws(graphqlRatio: number, count = 2000) {
  const mix = apiMix(objects, graphqlRatio);
  const random = seededRandom(1);
  return Array.from({ length: count }, () => mix.next(random));
}

describe("the mix of API requests", () => {
  test.each([
    ["REST", REST_MIX],
    ["GraphQL", GRAPHQL_MIX],
  ])("%s has shares that add up to one", (_name, kinds) => {
    expect(kinds.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  test.each([0, 0.25, 1])("has its share of GraphQL: %d", (ratio) => {
    const spoken = draws(ratio).filter(({ path }) => path === "/pepeunit/graphql").length;
    expect(Math.abs(spoken / 2000 - ratio)).toBeLessThan(ratio === 0 || ratio === 1 ? 1e-9 : 0.03);
  });

  test("holds requests that HTTP can say, with a token in a header and never in a path", () => {
    const encoder = new RequestEncoder("127.0.0.1");
    for (const request of draws(0.5)) {
      expect(encoder.encode(request)).toContain(" HTTP/1.1\r\n");
      expect(request.path).not.toContain("token=");
    }
  });

  test("names each operation and sends what it needs as variables", () => {
    for (const { body = "" } of draws(1, 100)) {
      const { operationName, query, variables } = JSON.parse(body) as Record<string, unknown>;
      expect(query).toContain(`query ${String(operationName)}`);
      expect(variables).toBeTypeOf("object");
    }
  });

  test("takes only an answer with the asked-for field for right", () => {
    const right =
      '{"data":{"getUnits":{},"getUnit":{},"getUnitCurrentSchema":"","getBaseMetrics":{}}}';
    for (const { check } of draws(1, 50)) {
      expect([check(200, right), check(200, '{"data":{}}')]).toEqual([
        undefined,
        "graphql-no-data",
      ]);
    }
  });
});
