import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type SandboxReady, startSandbox } from "./start.ts";
import { createTestClient, linkUnits, provisionPair, readSchema, signIn } from "./test-client.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

let dir: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "sandbox-main-"));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  rmSync(dir, { recursive: true });
});

function spawnSandbox(...flags: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, ["--import", "tsx", MAIN, ...flags], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  children.push(child);
  return child;
}

async function start(...flags: readonly string[]) {
  const child = spawnSandbox(...flags);
  const lines = createInterface({ input: child.stdout! });
  const [line] = await once(lines, "line");
  return { child, ready: JSON.parse(String(line)) as SandboxReady };
}

test("what was acknowledged is there after kill -9, and its tokens are still valid", async () => {
  const first = await start("--data", dir);
  const client = await signIn(first.ready);
  const { from, to } = await provisionPair(client, ["live-a", "live-b"]);
  await linkUnits(client, from, to);
  const schema = await readSchema(client, to.uuid);
  first.child.kill("SIGKILL");
  await once(first.child, "exit");

  const second = await start("--data", dir, "--capacity", "relay=900,api=500");
  expect(second.ready.admin).toEqual(first.ready.admin);
  expect(second.ready.capacity).toEqual({ relay: 900, api: 500 });
  const unit = createTestClient(second.ready.url, to.token);
  expect(await readSchema(unit, to.uuid)).toEqual(schema);
  expect(await (await signIn(second.ready)).call("GET", "/metrics/")).toMatchObject({
    body: { user_count: 1, unit_count: 2, unit_node_count: 4, unit_node_edge_count: 1 },
  });
});

test.each(["SIGTERM", "SIGINT"] as const)("ends well on %s", async (signal) => {
  const { child } = await start();
  child.kill(signal);
  expect(await once(child, "exit")).toEqual([0, null]);
});

test("ends when the process that spawned it goes away", async () => {
  const { child } = await start();
  child.disconnect();
  expect(await once(child, "exit")).toEqual([0, null]);
});

test("says what is wrong with its flags and ends", async () => {
  const child = spawnSandbox("--capacity", "links=5");
  const exit = once(child, "exit");
  const [message] = await once(child.stderr!, "data");
  expect(String(message)).toContain('SANDBOX_CONFIG_INVALID: --capacity: "links" is none of');
  expect(await exit).toEqual([1, null]);
});

test("a port that is taken and a directory in use have their own codes", async () => {
  await using first = await startSandbox({ port: 0, mqttPort: 0, capacity: {}, dataDir: dir });
  const port = Number(new URL(first.ready.url).port);
  const mqttPort = Number(new URL(first.ready.mqtt).port);
  const taken = expect.objectContaining({ code: "PORT_TAKEN" });
  await expect(startSandbox({ port, mqttPort: 0, capacity: {} })).rejects.toEqual(taken);
  await expect(startSandbox({ port: 0, mqttPort, capacity: {} })).rejects.toEqual(taken);
  await expect(
    startSandbox({ port: 0, mqttPort: 0, capacity: {}, dataDir: dir }),
  ).rejects.toMatchObject({ code: "DATA_DIRECTORY_BUSY" });
});
