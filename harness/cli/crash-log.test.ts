import { expect, test } from "vitest";
import { testWorld } from "../test/test-world.ts";
import { openCrashLog } from "./crash-log.ts";

const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `line ${from + index}`);

test("the last lines before a crash are said, and none before it", () => {
  const world = testWorld([]);
  const crash = openCrashLog(world);
  for (const line of lines(0, 30)) crash.log(line);
  expect(world.warned).toEqual([]);
  crash.print();
  expect(world.warned).toEqual(lines(10, 30));
});

test("a server given up on says so by itself", () => {
  const world = testWorld([]);
  const crash = openCrashLog(world);
  crash.log("SIGKILL");
  crash.log("EMBEDDED_CLICKHOUSE_CRASHED: SIGKILL; not restarted after 5 restarts");
  expect(world.warned).toHaveLength(2);
});

test("with LOADSTONE_DEBUG every line is said at once, and once", () => {
  const world = testWorld([], { env: { LOADSTONE_DEBUG: "1" } });
  const crash = openCrashLog(world);
  crash.log("started");
  crash.print();
  expect(world.warned).toEqual(["started"]);
});
