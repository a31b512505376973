import { mkdtemp, rmdir } from "node:fs/promises";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { testWorld } from "../test/test-world.ts";
import type { World } from "../world.ts";
import { runProgram } from "./program.ts";

let data = "";
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "loadstone-up-"));
});
afterEach(async () => {
  // Fails when there is anything in it: what was refused was refused before it was stood up.
  await rmdir(data);
});

const up = (args: readonly string[], change: Partial<World> = {}) =>
  runProgram(testWorld(["up", "--data", data, ...args], change));

describe("before anything is stood up, `up` refuses", () => {
  test.each([["--capacity=relay=1"], ["--noise=3"]])(
    "%s with a target of another's",
    async (flag) => {
      const refused = up(["--broker", "mqtt://127.0.0.1", flag]);
      await expect(refused).rejects.toMatchObject({ code: "CONFIG_INVALID" });
      await expect(refused).rejects.toThrow(/sandbox/);
    },
  );

  test.each([
    ["--capacity=moon=1", /"moon" is none of/],
    ["--noise=80", /not a number from 0 to 50/],
    ["--noise=-1", /not a number from 0 to 50/],
  ])("%s", async (flag, words) => {
    const refused = up([flag]);
    await expect(refused).rejects.toMatchObject({ code: "SANDBOX_CONFIG_INVALID" });
    await expect(refused).rejects.toThrow(words);
  });

  test("a public address", async () => {
    await expect(up(["--instance", "http://8.8.8.8"])).rejects.toMatchObject({
      code: "TARGET_NOT_ALLOWED",
    });
  });

  test("more Units than the shell has files for", async () => {
    await expect(up(["--max-units", "5000"], { fileLimit: 1024 })).rejects.toMatchObject({
      code: "FILE_LIMIT_TOO_LOW",
    });
  });

  test("a port that is taken", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" ? String(address?.port) : "";
    await expect(up(["--port", port])).rejects.toMatchObject({ code: "PORT_TAKEN" });
    server.close();
  });
});
