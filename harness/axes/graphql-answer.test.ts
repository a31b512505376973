import { describe, expect, test } from "vitest";
import { graphqlAnswer } from "./graphql-answer.ts";

const check = graphqlAnswer("getUnits");

describe("the answer to a GraphQL operation", () => {
  test.each([
    ['{"data":{"getUnits":{"count":0,"units":[]}}}', undefined],
    ['{"data": {"getUnits": {"count": 0}}}', undefined],
    ['{"errors":null,"data":{"getUnits":{"count":0}}}', undefined],
    ['{"data":{"getUnits":{"units":[{"name":"\\"errors\\""}]}}}', undefined],
    ['{"data":{"getUnits":null}}', "graphql-no-data"],
    ['{"data":{"getUnit":{"count":0}}}', "graphql-no-data"],
    ['{"data":null}', "graphql-no-data"],
    ["{}", "graphql-no-data"],
    ['{"data":null,"errors":[{"message":"403: 1: No Access: Token is invalid"}]}', "graphql-403"],
    [
      '{"data":{"getUnits":{"count":0}},"errors":[{"message":"half of it failed"}]}',
      "graphql-error",
    ],
    ['{"errors":[{}]}', "graphql-not-an-answer"],
    ["<html>Welcome</html>", "graphql-not-json"],
    ["", "graphql-not-json"],
  ])("%s is %s", (body, expected) => {
    expect(check(200, body)).toBe(expected);
  });

  test("is judged by its status first", () => {
    expect(check(429, "{}")).toBe("limited-429");
    expect(check(500, '{"data":{"getUnits":{}}}')).toBe("http-500");
  });
});
