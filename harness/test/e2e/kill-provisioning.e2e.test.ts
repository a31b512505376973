import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Sandbox, startSandbox } from "#compose/embedded/sandbox/start.ts";
import { readJournal } from "#compose/embedded/sandbox/state/journal.ts";
import { linkUnits, provisionPair, signIn } from "#compose/embedded/sandbox/test-client.ts";
import { ROOT } from "../../cli/processes.ts";
import { runProgram } from "../../cli/program.ts";
import { type Random, seededRandom } from "../../load/random.ts";
import { listManifests } from "../../platform/manifest.ts";
import { testWorld } from "../test-world.ts";
import { type DeadlyProxy, type Moment, MOMENTS, openDeadlyProxy } from "./deadly-proxy.ts";
import { dataDirectory } from "./program.ts";
import type { Job } from "./provisioning-child.suite.ts";

const ROUNDS = 20;
/** Of what costs more a round. */
const FEW_ROUNDS = 3;
const SEED = 1;
const NEW_REPOSITORY = "https://git.example/pepeunit/universal_test_unit.git";
/** Of a household that lives on the instance; its owner is the user who provisions. */
const OLD_REPOSITORY = "https://git.test/house-one/universal_test_unit.git";
const CHILD = new URL("provisioning-child.suite.ts", import.meta.url).pathname;

let data: Awaited<ReturnType<typeof dataDirectory>>;
let sandbox: Sandbox;
let proxy: DeadlyProxy;

beforeAll(async () => {
  data = await dataDirectory();
  const dataDir = join(data.path, "sandbox");
  sandbox = await startSandbox({ port: 0, mqttPort: 0, capacity: {}, dataDir });
  const owner = await signIn(sandbox.ready);
  const { from, to } = await provisionPair(owner, ["house-one", "house-two"]);
  await linkUnits(owner, from, to);
  proxy = await openDeadlyProxy(sandbox.ready.url);
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await sandbox.close();
  await data[Symbol.asyncDispose]();
});

/** Every row that the instance keeps, the ones no list shows too. */
function stateOfInstance(): ReadonlyMap<string, unknown> {
  const rows = new Map<string, unknown>();
  for (const change of readJournal(join(data.path, "sandbox", "journal.jsonl")).flat()) {
    if ("put" in change) rows.set(`${change.table} ${change.put.uuid}`, change.put);
    else rows.delete(`${change.table} ${change.drop}`);
  }
  return rows;
}

interface Death {
  readonly request: number;
  readonly moment: Moment;
}
const NEVER: Death = { request: Number.POSITIVE_INFINITY, moment: "answered" };

const login = () => {
  const { login: LOADSTONE_LOGIN, password: LOADSTONE_PASSWORD } = sandbox.ready.admin;
  return { LOADSTONE_LOGIN, LOADSTONE_PASSWORD };
};

/** Runs a program until its death, or until it says something; gives how many requests it made. */
async function runUntil(
  { request, moment }: Death,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const child = spawn(process.execPath, ["--import", "tsx", ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "ignore"],
  });
  const dead = once(child, "close");
  const kill = async () => {
    child.kill("SIGKILL");
    await dead;
  };
  proxy.arm(request, moment, kill);
  try {
    createInterface({ input: child.stdout }).once("line", () => void kill());
    await dead;
    return proxy.count();
  } finally {
    proxy.disarm();
  }
}

/** Provisions in a process that is killed, at the latest when all is grown. */
function provisionUntil(
  death: Death,
  what: { readonly repositoryUrl: string; readonly unitUsers: number },
): Promise<number> {
  const { LOADSTONE_LOGIN, LOADSTONE_PASSWORD } = login();
  const job: Job = {
    url: proxy.url,
    login: LOADSTONE_LOGIN,
    password: LOADSTONE_PASSWORD,
    manifestDir: join(data.path, "manifests"),
    runId: `killed-${death.request}-${death.moment.replaceAll(" ", "-")}`,
    ...what,
  };
  return runUntil(death, [CHILD], { JOB: JSON.stringify(job) });
}

async function clean() {
  const world = testWorld(["clean", "--data", data.path, "--json"], { env: login() });
  const code = await runProgram(world);
  return { code, ...(JSON.parse(world.printed.join("")) as { removed: number; left: unknown[] }) };
}

/** What a clean-up came to, with the death it followed for who reads a failure. */
async function cleanAfter(death: Death) {
  const { code, left, removed } = await clean();
  const manifests = await listManifests(join(data.path, "manifests"));
  return { outcome: { death, code, left, manifests, state: stateOfInstance() }, removed };
}

const asFound = (death: Death, state: ReadonlyMap<string, unknown>) => ({
  death,
  code: 0,
  left: [],
  manifests: [],
  state,
});

const newFleet = { repositoryUrl: NEW_REPOSITORY, unitUsers: 0 };
const spreadFleet = { repositoryUrl: NEW_REPOSITORY, unitUsers: 2 };

const deaths = (random: Random, requests: number): Death => ({
  request: 1 + Math.floor(random() * requests),
  moment: MOMENTS[Math.floor(random() * MOMENTS.length)] ?? "answered",
});

test("after kill -9 at any moment of provisioning, clean leaves the instance as it was found", async () => {
  const before = stateOfInstance();
  expect(before.size).toBeGreaterThan(10);
  const whole = await provisionUntil(NEVER, newFleet);
  expect(whole).toBeGreaterThan(30);
  // Six Units, their repo and its registry: the comparison can tell when something is there.
  expect(stateOfInstance().size).toBeGreaterThan(before.size + 20);
  expect(await cleanAfter(NEVER)).toEqual({ outcome: asFound(NEVER, before), removed: 8 });

  const random = seededRandom(SEED);
  let removed = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const death = deaths(random, whole);
    const repositoryUrl = round % 3 === 2 ? OLD_REPOSITORY : NEW_REPOSITORY;
    await provisionUntil(death, { repositoryUrl, unitUsers: 0 });
    const cleaned = await cleanAfter(death);
    expect(cleaned.outcome).toEqual(asFound(death, before));
    removed += cleaned.removed;
  }
  expect(removed).toBeGreaterThan(ROUNDS);
});

test("with users made for Units, all that stays are these users, blocked", async () => {
  const before = stateOfInstance();
  const whole = await provisionUntil(NEVER, spreadFleet);
  await clean();
  const withUsers = stateOfInstance();
  const added = [...withUsers].flatMap(([key, row]) => (before.has(key) ? [] : [row]));
  expect(added).toEqual([
    expect.objectContaining({ status: "Blocked", role: "User" }),
    expect.objectContaining({ salt: expect.any(String) }),
    expect.objectContaining({ status: "Blocked", role: "User" }),
    expect.objectContaining({ salt: expect.any(String) }),
  ]);
  const random = seededRandom(SEED, 1);
  for (let round = 0; round < FEW_ROUNDS; round++) {
    const death = deaths(random, whole);
    await provisionUntil(death, spreadFleet);
    expect((await cleanAfter(death)).outcome).toEqual(asFound(death, withUsers));
  }
});

test("after kill -9 of clean itself, the next clean ends what it began", async () => {
  const before = stateOfInstance();
  const args = ["harness/main.ts", "clean", "--data", data.path];
  await provisionUntil(NEVER, newFleet);
  const whole = await runUntil(NEVER, args, login());
  expect(whole).toBeGreaterThan(10);
  expect(stateOfInstance()).toEqual(before);
  const random = seededRandom(SEED, 2);
  for (let round = 0; round < FEW_ROUNDS; round++) {
    const death = deaths(random, whole);
    await provisionUntil(NEVER, newFleet);
    await runUntil(death, args, login());
    expect((await cleanAfter(death)).outcome).toEqual(asFound(death, before));
  }
});
