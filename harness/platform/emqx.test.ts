import { expect, test } from "vitest";
import { ratePerSec, readEmqxAccess } from "./emqx.ts";

const env = { LOADSTONE_EMQX_URL: "http://10.0.0.1:18083/" };

test("the access is an account or a key, and whole", () => {
  expect(readEmqxAccess({})).toBeUndefined();
  expect(
    readEmqxAccess({ ...env, LOADSTONE_EMQX_LOGIN: "admin", LOADSTONE_EMQX_PASSWORD: "p" }),
  ).toEqual({
    url: "http://10.0.0.1:18083",
    login: { kind: "account", name: "admin", secret: "p" },
  });
  expect(
    readEmqxAccess({ ...env, LOADSTONE_EMQX_KEY: "k", LOADSTONE_EMQX_SECRET: "s" })?.login.kind,
  ).toBe("key");
  expect(() => readEmqxAccess({ ...env, LOADSTONE_EMQX_LOGIN: "admin" })).toThrow("not whole");
  expect(() =>
    readEmqxAccess({
      LOADSTONE_EMQX_URL: "10.0.0.1",
      LOADSTONE_EMQX_KEY: "k",
      LOADSTONE_EMQX_SECRET: "s",
    }),
  ).toThrow("not whole");
});

test.each([
  ["30/s", 30],
  ["1MB/s", 1_048_576],
  ["1000/10s", 100],
  ["60/m", 1],
  ["infinity", undefined],
  [undefined, undefined],
])("a rate of %j is %s a second", (text, perSec) => {
  expect(ratePerSec(text)).toBe(perSec);
});
