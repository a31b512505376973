import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { startSandbox } from "#compose/embedded/sandbox/start.ts";
import { createTestClient } from "#compose/embedded/sandbox/test-client.ts";
import type { Clock } from "../load/clock.ts";
import { cleanTarget } from "./clean.ts";
import { takeFleet } from "./idle-fleets.ts";
import { listManifests, type Manifest, openManifest } from "./manifest.ts";
import { openFleet } from "./provision.ts";
import { openPlatform, type PlatformClient } from "./rest.ts";
import type { PlatformSession } from "./session.ts";
import { unitUserNames, unitUserPassword } from "./unit-users.ts";

const REPOSITORY = "https://git.example/pepeunit/universal_test_unit.git";
/** Above the largest pid Linux gives: surely dead. */
const DEAD = 2 ** 22 + 1;
const clock: Clock = { now: () => 0, wall: () => 1000, sleepUntil: async () => undefined };

let sandbox: Awaited<ReturnType<typeof startSandbox>>;
let client: PlatformClient;
let admin: PlatformSession;
let dir = "";
let said: string[] = [];

beforeAll(async () => {
  sandbox = await startSandbox({ port: 0, mqttPort: 0, capacity: {}, seed: 1 });
  client = openPlatform({ url: sandbox.ready.url, clock });
  admin = await client.login(sandbox.ready.admin.login, sandbox.ready.admin.password);
});
afterAll(async () => {
  await client.close();
  await sandbox.close();
});
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "loadstone-users-"));
  said = [];
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const log = (line: string) => said.push(line);
const manifestOf = (runId: string, pid = process.pid): Promise<Manifest> =>
  openManifest(dir, { runId, url: admin.url, pid });
const open = (manifest: Manifest, unitUsers = 2, session = admin) =>
  openFleet({ session, manifest, repositoryUrl: REPOSITORY, log, clock, unitUsers });
const names = () => unitUserNames(admin.userUuid, 2);
const unitUsers = () => Promise.all(names().map((name) => admin.users.named(name)));
const statuses = async () => (await unitUsers()).map((user) => user?.status);

/** How many Units each owner has, the Admin first. */
async function shares(): Promise<number[]> {
  const uuids = [admin.userUuid, ...(await unitUsers()).map((user) => user?.uuid ?? "")];
  const lists = uuids.map((creator_uuid) => admin.units.list({ creator_uuid }));
  return (await Promise.all(lists)).map(({ count }) => count);
}

it("Units are spread over users by pairs, and users who own nothing are blocked", async () => {
  const manifest = await manifestOf("spread");
  const fleet = await open(manifest);
  await fleet.grow(6);
  expect(await shares()).toEqual([0, 4, 2]);
  for (const { listenTopics, partner } of fleet.units) {
    expect(listenTopics).toContain(fleet.units[partner]?.outputTopic);
  }
  expect(await fleet.remove()).toEqual({ removed: 8, left: [], lent: [] });
  await manifest.close(true);
  expect(await listManifests(dir)).toEqual([]);
  expect(await statuses()).toEqual(["Blocked", "Blocked"]);
});

it("users are the same for every run of a login, and no secret is written down", async () => {
  const before = await unitUsers();
  const manifest = await manifestOf("again");
  const fleet = await open(manifest);
  await fleet.grow(2);
  expect((await unitUsers()).map((user) => user?.uuid)).toEqual(before.map((user) => user?.uuid));
  expect(await statuses()).toEqual(["Unverified", "Unverified"]);
  const written = await readFile(manifest.file, "utf8");
  for (const name of names()) {
    expect(written).toContain(name);
    expect(written).not.toContain(unitUserPassword(sandbox.ready.admin.password, name));
  }
  await fleet.remove();
  await manifest.close(true);
});

it("a kept fleet stays its users', who stay open to them", async () => {
  const manifest = await manifestOf("kept");
  await (await open(manifest)).grow(4);
  await manifest.keep(0);
  await manifest.close(true);
  const run = { place: { url: admin.url }, wanted: "kept", runId: "later", keep: false };
  const taken = await takeFleet(dir, run);
  if (taken === undefined) throw new Error("nothing was kept");
  const fleet = await open(taken, 0);
  await fleet.grow(4);
  expect(await shares()).toEqual([0, 2, 2]);
  expect((await fleet.remove()).left).toEqual([]);
  await taken.close(true);
  expect(await statuses()).toEqual(["Blocked", "Blocked"]);
});

it("a user another run's Units belong to is not blocked", async () => {
  const one = await manifestOf("one");
  const first = await open(one);
  await first.grow(4);
  const other = await manifestOf("other");
  const second = await open(other, 1);
  await second.grow(2);
  await first.remove();
  expect(await statuses()).toEqual(["Unverified", "Blocked"]);
  await second.remove();
  expect(await statuses()).toEqual(["Blocked", "Blocked"]);
  await one.release();
  await one.close(true);
  await other.close(true);
  await cleanTarget({ manifestDir: dir, openSession: async () => admin, log, clock });
});

it("what a dead run's users own is cleaned as them", async () => {
  const manifest = await manifestOf("died", DEAD);
  await (await open(manifest)).grow(4);
  await manifest.close(false);
  const cleaned = await cleanTarget({
    manifestDir: dir,
    openSession: async () => admin,
    log,
    clock,
  });
  expect(cleaned).toEqual({ removed: 6, left: [], kept: [] });
  expect(await statuses()).toEqual(["Blocked", "Blocked"]);
});

it("who is no Admin keeps all Units, and is told", async () => {
  const password = "correct-horse";
  const made = await createTestClient(admin.url).call("POST", "/users", {
    body: { login: "plain", password },
  });
  expect(made.status).toBe(201);
  const plain = await client.login("plain", password);
  const manifest = await manifestOf("plain");
  const fleet = await open(manifest, 2, plain);
  await fleet.grow(2);
  expect(said.join()).toContain("plain is no Admin");
  expect((await admin.units.list({ creator_uuid: plain.userUuid })).count).toBe(2);
  expect((await fleet.remove()).left).toEqual([]);
  await manifest.close(true);
});
