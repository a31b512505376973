import { expect, test } from "vitest";
import { readStoreAddress } from "./env.ts";

test("fills in the user, an empty password and the database", () => {
  expect(readStoreAddress({ LOADSTONE_CLICKHOUSE_URL: "http://127.0.0.1:8123" })).toMatchObject({
    username: "default",
    password: "",
    database: "loadstone",
  });
});

test.each([{}, { LOADSTONE_CLICKHOUSE_URL: "file:///etc" }, { LOADSTONE_CLICKHOUSE_URL: "x" }])(
  "names the variable that is wrong in %o",
  (env) => expect(() => readStoreAddress(env)).toThrow(/LOADSTONE_CLICKHOUSE_URL/),
);
