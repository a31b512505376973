import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startSandbox } from "#compose/embedded/sandbox/start.ts";
import type { Clock } from "../load/clock.ts";
import { cleanTarget } from "./clean.ts";
import { listIdleFleets, takeFleet } from "./idle-fleets.ts";
import { listManifests, type Manifest, openManifest } from "./manifest.ts";
import { type Fleet, openFleet } from "./provision.ts";
import { openPlatform, type PlatformClient } from "./rest.ts";
import type { PlatformSession } from "./session.ts";

const REPOSITORY = "https://git.example/pepeunit/universal_test_unit.git";
/** Above the largest pid Linux gives: surely dead. */
const DEAD = 2 ** 22 + 1;
const clock: Clock = { now: () => 0, wall: () => 1000, sleepUntil: async () => undefined };

let sandbox: Awaited<ReturnType<typeof startSandbox>>;
let client: PlatformClient;
let session: PlatformSession;
let dir = "";
let said: string[] = [];
let opened: Manifest[] = [];

beforeAll(async () => {
  sandbox = await startSandbox({ port: 0, mqttPort: 0, capacity: {}, seed: 1 });
  const { url, admin } = sandbox.ready;
  client = openPlatform({ url, clock });
  session = await client.login(admin.login, admin.password);
});
afterAll(async () => {
  await client.close();
  await sandbox.close();
});
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "loadstone-reuse-"));
  said = [];
});
afterEach(async () => {
  await Promise.all(
    opened.splice(0).map((manifest) => manifest.close(true).catch(() => undefined)),
  );
  await cleanTarget({ ...cleaning(), alsoKept: true });
  const { repo_count, repository_registry_count } = await countsNow();
  if (repo_count + repository_registry_count > 0) throw new Error("a test left something behind");
  await rm(dir, { recursive: true, force: true });
});

/** Of this moment, where the instance's own counts may be old. */
const countsNow = async () => ({
  repo_count: (await session.repos.list()).count,
  repository_registry_count: (await session.registries.list()).count,
});

const cleaning = () => ({
  manifestDir: dir,
  openSession: async () => session,
  log: (line: string) => said.push(line),
  clock,
});

const open = (manifest: Manifest, repositoryUrl = REPOSITORY) =>
  openFleet({ session, manifest, repositoryUrl, log: (line) => said.push(line), clock });

/** A run that keeps so many Units. */
async function keptFleet(runId: string, units: number) {
  const manifest = await openManifest(dir, { runId, url: session.url });
  const fleet = await open(manifest);
  await fleet.grow(units);
  const made = [...fleet.units];
  expect(await fleet.keep()).toBe(units);
  await manifest.close(true);
  return made;
}

async function take(wanted: string | true = true, keep = false, url = session.url) {
  const manifest = await takeFleet(dir, { place: { url }, wanted, runId: "later", keep });
  if (manifest !== undefined) opened.push(manifest);
  return manifest;
}

async function reuse(wanted: string | true = true): Promise<{ manifest: Manifest; fleet: Fleet }> {
  const manifest = await take(wanted);
  if (manifest === undefined) throw new Error("nothing to reuse");
  return { manifest, fleet: await open(manifest) };
}

const unitCount = async () => (await session.units.list()).count;

describe("a kept fleet", () => {
  it("is the same to the run that reuses it, and grows", async () => {
    const made = await keptFleet("first", 4);
    const { manifest, fleet } = await reuse();
    await fleet.grow(2);
    expect(fleet.units).toEqual(made.slice(0, 2));
    await fleet.grow(4);
    expect(fleet.units.slice(0, 4)).toEqual(made);
    expect(fleet.units).toHaveLength(6);
    expect(await unitCount()).toBe(6);
    expect(fleet.broker).toMatchObject({ domain: sandbox.ready.domain });
    expect(said.join()).toContain("Taking over 4 Units of run first");
    expect((await fleet.remove()).left).toEqual([]);
    await manifest.close(true);
    opened = [];
    expect(await listManifests(dir)).toEqual([]);
  });

  it("is mended where Units, edges or the repo are gone, and foreign edges cut", async () => {
    const made = await keptFleet("first", 4);
    const [zero, one, two, three] = made;
    if (!zero || !one || !two || !three) throw new Error("four Units expected");
    await session.units.delete(one.uuid);
    await session.deleteEdge(two.outputNodeUuid, three.inputNodeUuid);
    await session.createEdge(zero.outputNodeUuid, two.inputNodeUuid);
    const { fleet } = await reuse();
    await fleet.grow(4);
    expect(fleet.units.map(({ name }) => name)).toEqual(made.map(({ name }) => name));
    expect(fleet.units[0]?.uuid).toBe(zero.uuid);
    expect(fleet.units[1]?.uuid).not.toBe(one.uuid);
    for (const { index, listenTopics, partner } of fleet.units) {
      expect({ index, heard: listenTopics.length }).toEqual({ index, heard: 2 });
      expect(listenTopics).toContain(fleet.units[partner]?.outputTopic);
    }
    expect(said.join("\n")).toMatch(/3 Units of run first; 1 more are gone/);
    expect(said.join("\n")).toContain(`Removed an edge to ${two.name}`);
    await fleet.remove();
  });

  it("is made anew where nothing of it is left on the instance", async () => {
    const made = await keptFleet("first", 2);
    for (const { uuid } of made) await session.units.delete(uuid);
    for (const { uuid } of (await session.repos.list()).repos) await session.repos.delete(uuid);
    const { fleet } = await reuse();
    await fleet.grow(2);
    expect(await unitCount()).toBe(2);
    await fleet.remove();
  });

  it("is not reused for another repository, and stays as it was", async () => {
    await keptFleet("first", 2);
    const manifest = await take(true, true);
    if (manifest === undefined) throw new Error("nothing to reuse");
    await expect(open(manifest, "https://git.example/other.git")).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining("universal_test_unit"),
    });
    expect(await unitCount()).toBe(2);
    await manifest.keep(2000);
  });

  it("is found by its run, by its place, and by one run at a time", async () => {
    await keptFleet("one", 2);
    await keptFleet("two", 2);
    expect(await take(true, false, "http://127.0.0.1:9")).toBeUndefined();
    await expect(take("three")).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
    const named = await take("one", true);
    expect(named?.header.runId).toBe("one");
    await expect(take("one")).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
    const newest = await take(true, true);
    expect(newest?.header.runId).toBe("two");
    expect(await take()).toBeUndefined();
    await named?.keep(2000);
    await newest?.keep(2000);
    await (await openManifest(dir, { runId: "x", url: session.url, pid: DEAD })).close(true);
    expect((await listIdleFleets(dir)).map(({ header }) => header.runId)).toEqual(["two", "one"]);
  });

  it("stays when others are cleaned, and goes when asked for", async () => {
    await keptFleet("kept", 2);
    const left = await openManifest(dir, { runId: "left", url: session.url, pid: DEAD });
    await (await open(left)).grow(2);
    await left.close(false);
    const first = await cleanTarget(cleaning());
    expect(first).toMatchObject({ left: [], kept: [{ header: { runId: "kept" }, units: 2 }] });
    expect(await unitCount()).toBe(2);
    const second = await cleanTarget({ ...cleaning(), alsoKept: true });
    expect(second).toMatchObject({ left: [], kept: [] });
    expect(await unitCount()).toBe(0);
  });
});

describe("a run that died while it provisioned", () => {
  it("is gone on with, the Unit whose answer nobody heard too", async () => {
    const manifest = await openManifest(dir, { runId: "died", url: session.url, pid: DEAD });
    const fleet = await open(manifest);
    await fleet.grow(2);
    const made = [...fleet.units];
    const repo_uuid = (await session.units.list()).units[0]?.repo_uuid ?? "";
    const name = made[0]?.name.replace(/0$/, "3") ?? "";
    await manifest.intend("unit", name);
    const unheard = await session.units.create({
      repo_uuid,
      visibility_level: "Internal",
      name,
      is_auto_update_from_repo_unit: true,
    });
    await manifest.close(false);
    const { fleet: resumed } = await reuse("died");
    await resumed.grow(4);
    expect(resumed.units.slice(0, 2)).toEqual(made);
    expect(resumed.units[3]?.uuid).toBe(unheard.uuid);
    expect(await unitCount()).toBe(4);
    await resumed.remove();
  });
});
