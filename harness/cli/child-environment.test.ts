import { expect, test } from "vitest";
import { childEnvironment } from "./child-environment.ts";

test("a child gets what it needs to run, and none of our passwords", () => {
  const kept = { PATH: "/bin", HOME: "/root", LC_ALL: "C", NODE_OPTIONS: "--trace-warnings" };
  const secret = {
    LOADSTONE_PASSWORD: "a",
    LOADSTONE_MQTT_PASSWORD: "b",
    LOADSTONE_CLICKHOUSE_PASSWORD: "c",
    NODE_AUTH_TOKEN: "d",
    GITHUB_TOKEN: "e",
  };
  const more = { LOADSTONE_CLICKHOUSE_PASSWORD: "its own" };
  expect(childEnvironment({ ...kept, ...secret }, more)).toEqual({ ...kept, ...more });
});
