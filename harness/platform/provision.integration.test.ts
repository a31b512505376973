import { mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Agent, type Dispatcher } from "undici";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startSandbox } from "#compose/embedded/sandbox/start.ts";
import type { Clock } from "../load/clock.ts";
import { cleanTarget } from "./clean.ts";
import { listManifests, type Manifest, openManifest } from "./manifest.ts";
import { runNames } from "./names.ts";
import { type Fleet, openFleet } from "./provision.ts";
import { openPlatform } from "./rest.ts";
import type { PlatformSession } from "./session.ts";

const REPOSITORY = "https://git.example/pepeunit/universal_test_unit.git";
/** Above the largest pid Linux gives: surely dead. */
const DEAD = 2 ** 22 + 1;

/** Waits take no time. */
const impatient: Clock = { now: () => 0, wall: () => 0, sleepUntil: async () => undefined };
const silent = () => undefined;

let sandbox: Awaited<ReturnType<typeof startSandbox>>;
let session: PlatformSession;
let dir = "";
let found: unknown;

beforeAll(async () => {
  sandbox = await startSandbox({ port: 0, mqttPort: 0, capacity: {}, seed: 1 });
  session = await signIn(new Agent());
});
afterAll(() => sandbox.close());

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "loadstone-fleet-"));
  found = await contents();
});
afterEach(() => rm(dir, { recursive: true, force: true }));

function signIn(dispatcher: Dispatcher, signal?: AbortSignal): Promise<PlatformSession> {
  const { url, admin } = sandbox.ready;
  const client = openPlatform({ url, dispatcher, clock: impatient });
  return client.login(admin.login, admin.password).then((one) => one.under(signal));
}

/** All that a run could leave on the instance. */
async function contents() {
  const lists: readonly (readonly { uuid: string }[])[] = await Promise.all([
    session.registries.list().then((list) => list.repositories_registry),
    session.repos.list().then((list) => list.repos),
    session.units.list().then((list) => list.units),
    session.unitNodes().then((list) => list.unit_nodes),
  ]);
  return lists.map((list) => list.map(({ uuid }) => uuid));
}

const manifestOf = (runId: string, pid = process.pid): Promise<Manifest> =>
  openManifest(dir, { runId, url: sandbox.ready.url, pid });

const open = (manifest: Manifest, options: Partial<Parameters<typeof openFleet>[0]> = {}) =>
  openFleet({
    session,
    manifest,
    repositoryUrl: REPOSITORY,
    log: silent,
    clock: impatient,
    ...options,
  });

const clean = (openSession = async () => session) =>
  cleanTarget({ manifestDir: dir, openSession, log: silent, clock: impatient });

describe("a fleet", () => {
  it("grows in linked pairs and leaves the instance as it was found", async () => {
    const manifest = await manifestOf("grows");
    const fleet = await open(manifest);
    const stages: string[] = [];
    await fleet.grow(2, ({ stage, done, total }) => stages.push(`${stage} ${done}/${total}`));
    const first = fleet.units.map((unit) => ({ ...unit }));
    await fleet.grow(3);

    expect(stages).toEqual(
      ["create", "link", "read"].flatMap((stage) => [`${stage} 1/2`, `${stage} 2/2`]),
    );
    expect(fleet.units.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(fleet.units.slice(0, 2)).toEqual(first);
    expect(fleet.broker).toMatchObject({ domain: sandbox.ready.domain });
    expect(`${sandbox.ready.mqtt}/`).toContain(`:${fleet.broker?.port}/`);
    expect(new Set(fleet.units.map(({ token }) => token)).size).toBe(6);
    await expectLinked(fleet);
    const written = await readFile(manifest.file, "utf8");
    expect(fleet.units.filter(({ token }) => written.includes(token))).toEqual([]);

    const steps: number[] = [];
    const { removed, left } = await fleet.remove((done, total) => steps.push(done / total));
    expect({ removed, left }).toEqual({ removed: 8, left: [] });
    expect(steps.at(-1)).toBe(1);
    expect(await fleet.remove()).toMatchObject({ removed: 0, left: [] });
    await manifest.close(true);
    expect(await listManifests(dir)).toEqual([]);
    expect(await contents()).toEqual(found);
  });

  it("takes over what an earlier attempt at growing had made", async () => {
    const failing = crashing();
    const manifest = await manifestOf("retries");
    const fleet = await open(manifest, { session: await signIn(failing.dispatcher) });
    failing.at(3, "answer lost", "five times");
    await expect(fleet.grow(4)).rejects.toMatchObject({ code: "TARGET_UNREACHABLE" });
    await fleet.grow(4);
    await expectLinked(fleet);
    expect((await fleet.remove()).removed).toBe(6);
    await manifest.close(true);
    expect(await contents()).toEqual(found);
  });

  it("grows past any one lost answer, and makes nothing twice", async () => {
    for (let k = 1; k <= 20; k += 2) {
      const failing = crashing();
      const doomed = await signIn(failing.dispatcher);
      failing.at(k, "answer lost", "once");
      const manifest = await manifestOf(`loses-${k}`);
      const fleet = await open(manifest, { session: doomed });
      await fleet.grow(4);
      await expectLinked(fleet);
      expect((await fleet.remove()).removed).toBe(6);
      await manifest.close(true);
      expect(await contents()).toEqual(found);
    }
  });

  it("can be removed after an interrupt", async () => {
    const stop = new AbortController();
    const manifest = await manifestOf("interrupted");
    const fleet = await open(manifest, { signal: stop.signal });
    await expect(fleet.grow(20, () => stop.abort())).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect((await fleet.remove()).left).toEqual([]);
    await manifest.close(true);
    expect(await contents()).toEqual(found);
  });

  it("works from a repository without a tag", async () => {
    const manifest = await manifestOf("untagged");
    const repositoryUrl = "https://git.example/pepeunit/untagged.git";
    const fleet = await open(manifest, { repositoryUrl });
    await fleet.grow(2);
    expect(fleet.units).toHaveLength(2);
    await fleet.remove();
    await manifest.close(true);
    expect(await contents()).toEqual(found);
  });

  it.each([
    ["cannot be mirrored", "broken", "Repository is not available"],
    ["has Units without an Input", "universal_load_unit", "no Input node"],
  ])("says when the repository %s, and tidies up", async (_what, name, text) => {
    const manifest = await manifestOf(name);
    const repositoryUrl = `https://git.example/pepeunit/${name}.git`;
    const work = open(manifest, { repositoryUrl }).then(async (fleet) => {
      const grown = await fleet.grow(2).catch((error: unknown) => error);
      await fleet.remove();
      throw grown;
    });
    await expect(work).rejects.toMatchObject({
      code: "PROVISIONING_FAILED",
      message: expect.stringContaining(text),
    });
    await manifest.close(true);
    expect(await listManifests(dir)).toEqual([]);
    expect(await contents()).toEqual(found);
  });

  it.each([
    "https://me:secret@git.example/a.git",
    "git@git.example:a.git",
    "https://git.example/a",
  ])("is not opened on %s", async (repositoryUrl) => {
    const manifest = await manifestOf("bad-url");
    const error: unknown = await open(manifest, { repositoryUrl }).catch((one: unknown) => one);
    expect(error).toMatchObject({ code: "CONFIG_INVALID" });
    expect(String(error)).not.toContain("secret");
    await manifest.close(true);
  });
});

const createRegistry = () =>
  session.registries.create({
    platform: "Gitlab",
    repository_url: REPOSITORY,
    is_public_repository: true,
  });

describe("a registry", () => {
  it("that was there before stays", async () => {
    const registry = await createRegistry();
    const before = await contents();
    const manifest = await manifestOf("reuses");
    const fleet = await open(manifest);
    await fleet.grow(2);
    expect((await fleet.remove()).left).toEqual([]);
    await manifest.close(true);
    expect(await contents()).toEqual(before);
    await session.registries.delete(registry.uuid);
  });

  it("that another run uses goes with the last of them, whichever died first", async () => {
    for (const [first, second] of [
      ["lends", "uses"],
      ["uses", "lends"],
    ] as const) {
      const lending = await manifestOf("lends", DEAD);
      await open(lending);
      await lending.close(false);
      const using = await manifestOf("uses", DEAD);
      await open(using);
      await using.close(false);
      const file = { lends: lending.file, uses: using.file };
      await rename(file[second], `${file[second]}.away`);
      expect((await clean()).left).toEqual([]);
      await rename(`${file[second]}.away`, file[second]);
      expect(await listManifests(dir)).toHaveLength(first === "lends" ? 2 : 1);
      expect((await clean()).left).toEqual([]);
      expect(await listManifests(dir)).toEqual([]);
      expect(await contents()).toEqual(found);
    }
  });

  it("that somebody else uses by now stays", async () => {
    const manifest = await manifestOf("shares");
    const fleet = await open(manifest);
    const registries = (await session.registries.list()).repositories_registry;
    const uuid = registries[0]?.uuid ?? "";
    const other = await session.repos.create({
      repository_registry_uuid: uuid,
      default_branch: "main",
      visibility_level: "Public",
      name: "somebody-else",
      is_compilable_repo: false,
    });
    expect(await fleet.remove()).toEqual({ removed: 1, left: [], lent: [] });
    await manifest.close(true);
    expect((await session.repos.list()).repos).toMatchObject([{ uuid: other.uuid }]);
    await session.repos.delete(other.uuid);
    await session.registries.delete(uuid);
  });
});

describe("after a crash", () => {
  it.each(["never sent", "answer lost"] as const)(
    "at any request (%s), cleaning leaves the instance as found",
    async (how) => {
      const requests = await crashAt(Number.POSITIVE_INFINITY, how);
      expect(requests).toBeGreaterThan(25);
      for (let k = 1; k <= requests; k++) {
        await crashAt(k, how);
        const { left } = await clean();
        expect({ k, left }).toEqual({ k, left: [] });
        expect(await contents()).toEqual(found);
        expect(await listManifests(dir)).toEqual([]);
      }
    },
  );

  it("at any one lost answer, removing leaves the instance as found", async () => {
    const requests = await crashAt(Number.POSITIVE_INFINITY, "answer lost");
    for (let k = 1; k <= requests; k++) {
      await crashAt(k, "answer lost", "once");
      // What a lost answer to a deletion left open is closed by the second pass.
      expect({ k, manifests: await listManifests(dir) }).toEqual({ k, manifests: [] });
      expect(await contents()).toEqual(found);
    }
  });

  it("a Unit that came to be while it was cleaned is deleted as well", async () => {
    const runId = "late";
    const manifest = await manifestOf(runId, DEAD);
    const fleet = await open(manifest);
    await fleet.grow(2);
    await manifest.close(false);
    const [unit] = (await session.units.list()).units;
    await session.units.create({
      repo_uuid: unit?.repo_uuid ?? "",
      visibility_level: "Internal",
      name: runNames(runId).unit(99),
      is_auto_update_from_repo_unit: true,
    });
    expect(await clean()).toEqual({ removed: 5, left: [], kept: [] });
    expect(await contents()).toEqual(found);
  });

  it("a run that is still alive is left alone", async () => {
    const manifest = await manifestOf("alive");
    const fleet = await open(manifest);
    await fleet.grow(2);
    expect(await clean()).toEqual({ removed: 0, left: [], kept: [] });
    expect((await session.units.list()).units).toHaveLength(2);
    await fleet.remove();
    await manifest.close(true);
  });

  it("things that exist no longer count as clean", async () => {
    const manifest = await manifestOf("fresh", DEAD);
    await manifest.intend("registry", REPOSITORY);
    await manifest.made("registry", REPOSITORY, "4f6f0a0e-3c55-4c3e-a2c5-6b1a9a3f8f01");
    await manifest.made("repo", "ls-gone-repo", "4f6f0a0e-3c55-4c3e-a2c5-6b1a9a3f8f02");
    await manifest.made("unit", "ls-gone-u0", "4f6f0a0e-3c55-4c3e-a2c5-6b1a9a3f8f03");
    await manifest.close(false);
    expect(await clean()).toEqual({ removed: 0, left: [], kept: [] });
    expect(await listManifests(dir)).toEqual([]);
  });

  it("an instance that recovers while it is cleaned is clean", async () => {
    const manifest = await manifestOf("overload", DEAD);
    await (await open(manifest)).grow(2);
    await manifest.close(false);
    const failing = crashing();
    const overloaded = await signIn(failing.dispatcher);
    failing.at(1, "never sent", "five times");
    expect(await clean(async () => overloaded)).toMatchObject({ removed: 4, left: [] });
    expect(await contents()).toEqual(found);
  });

  it("a target that is not asked for keeps what is on it", async () => {
    const manifest = await manifestOf("elsewhere", DEAD);
    await manifest.intend("repo", "ls-x-repo");
    await manifest.close(false);
    const options = { manifestDir: dir, openSession: async () => session, log: silent };
    await cleanTarget({ ...options, only: (url) => url !== sandbox.ready.url });
    expect(await listManifests(dir)).toEqual([manifest.file]);
  });

  it("a cleaning that is interrupted keeps its manifest", async () => {
    const manifest = await manifestOf("stopped", DEAD);
    const fleet = await open(manifest);
    await fleet.grow(2);
    await manifest.close(false);
    const options = { manifestDir: dir, openSession: async () => session, log: silent };
    const { left } = await cleanTarget({ ...options, signal: AbortSignal.abort() });
    expect(left.map(({ kind, reason }) => `${kind} ${reason}`)).toEqual([
      "unit Interrupted.",
      "unit Interrupted.",
      "repo Interrupted.",
      "registry Interrupted.",
    ]);
    expect((await clean()).removed).toBe(4);
    expect(await contents()).toEqual(found);
  });

  it("an instance that cannot be reached keeps its manifest, and says what is left", async () => {
    const manifest = await manifestOf("offline", DEAD);
    await manifest.made("unit", "ls-x-u0", "4f6f0a0e-3c55-4c3e-a2c5-6b1a9a3f8f03");
    await manifest.close(false);
    const failing = crashing();
    const offline = await signIn(failing.dispatcher);
    failing.at(1, "never sent");
    const { left } = await clean(async () => offline);
    expect(left).toMatchObject([{ kind: "unit", name: "ls-x-u0", runId: "offline" }]);
    expect(await listManifests(dir)).toEqual([manifest.file]);
  });
});

type Way = "never sent" | "answer lost";
const TIMES = { once: 1, "five times": 5, "for good": Number.POSITIVE_INFINITY } as const;
type Often = keyof typeof TIMES;

/** A whole run whose k-th request, and all after it unless `once`, fail; gives how many it made. */
async function crashAt(k: number, how: Way, often: Often = "for good") {
  const failing = crashing();
  const doomed = await signIn(failing.dispatcher);
  failing.at(k, how, often);
  const manifest = await manifestOf(`${how.replace(" ", "-")}-${k}`, DEAD);
  try {
    const fleet = await open(manifest, { session: doomed });
    await fleet.grow(2).catch(silent);
    await fleet.grow(2).catch(silent);
    await fleet.remove();
  } catch {
    // The run died while it opened.
  }
  await manifest.close(true);
  return failing.count();
}

/** A dispatcher that can be told to fail from its k-th request on. */
function crashing() {
  let seen = 0;
  let fails: (n: number) => Way | undefined = silent;
  const dispatcher = new Agent().compose((dispatch) => (options, handler) => {
    const way = fails(++seen);
    if (way === undefined) return dispatch(options, handler);
    if (way === "never sent") throw new Error("crashed");
    return dispatch(options, losingTheAnswer(handler));
  });
  return {
    dispatcher,
    count: () => seen,
    at: (k: number, how: Way, often: Often = "for good") => {
      seen = 0;
      // After a first lost answer the line is dead.
      fails = (n) => (n < k || n >= k + TIMES[often] ? undefined : n === k ? how : "never sent");
    },
  };
}

const losingTheAnswer = (handler: Dispatcher.DispatchHandler): Dispatcher.DispatchHandler => ({
  onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
  onResponseEnd: (controller) => handler.onResponseError?.(controller, new Error("answer lost")),
  onResponseError: (controller, error) => handler.onResponseError?.(controller, error),
});

/** Each Unit's schema, asked anew, names its partner's Output, and the broker's hook agrees. */
async function expectLinked(fleet: Fleet) {
  for (const unit of fleet.units) {
    const partner = fleet.units[unit.partner];
    expect(partner?.partner).toBe(unit.index);
    const schema = await session.units.currentSchema(unit.uuid);
    const listened = Object.values(schema.input_topic).flat();
    expect(listened).toContain(partner?.outputTopic);
    expect(unit.listenTopics).toEqual(listened);
    const { url } = sandbox.ready;
    const client = openPlatform({ url });
    const topics = [unit.outputTopic, unit.stateTopic, unit.logTopic, ...unit.commandTopics];
    for (const topic of [...topics, ...listened]) {
      expect(await client.unitsAuth(unit.token, topic)).toBe("allow");
    }
    await client.close();
  }
}
