import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { freePort } from "./dashboard.ts";
import { rememberedPorts, rememberPorts } from "./sandbox-ports.ts";

let dir = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "loadstone-ports-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const ANY = { http: 0, mqtt: 0 };

test("ports are remembered, and nothing else is left beside them", async () => {
  const state = join(dir, "sandbox");
  const http = await freePort({ host: "127.0.0.1", port: 0 });
  await rememberPorts(state, { http, mqtt: 0 });
  expect(await rememberedPorts(state)).toMatchObject({ http });
  expect(await readdir(state)).toEqual(["ports.json"]);
});

test.each(["", "{", '{"http":', "[]", '{"http":"x","mqtt":1}'])(
  "a file that says %j gives any free ports",
  async (text) => {
    await writeFile(join(dir, "ports.json"), text);
    expect(await rememberedPorts(dir)).toEqual(ANY);
  },
);

test("no file gives any free ports", async () => {
  expect(await rememberedPorts(join(dir, "none"))).toEqual(ANY);
});

test("ports that cannot be noted stop nobody", async () => {
  const file = join(dir, "file");
  await writeFile(file, "");
  await rememberPorts(file, { http: 1, mqtt: 2 });
  expect(await rememberedPorts(file)).toEqual(ANY);
});
