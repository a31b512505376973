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
import { seededRandom } from "../../load/random.ts";
import { listManifests } from "../../platform/manifest.ts";
import { testWorld } from "../test-world.ts";
import { type DeadlyProxy, type Moment, MOMENTS, openDeadlyProxy } from "./deadly-proxy.ts";
import { dataDirectory } from "./program.ts";
import type { Job } from "./provisioning-child.suite.ts";

const ROUNDS = 20;
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
  readonly repositoryUrl: string;
}

/** Provisions in a process that is killed with SIGKILL; gives how many requests it made. */
async function provisionUntil({ request, moment, repositoryUrl }: Death): Promise<number> {
  const { login, password } = sandbox.ready.admin;
  const job: Job = {
    url: proxy.url,
    login,
    password,
    manifestDir: join(data.path, "manifests"),
    runId: `killed-${request}-${moment.replaceAll(" ", "-")}`,
    repositoryUrl,
  };
  const child = spawn(process.execPath, ["--import", "tsx", CHILD], {
    cwd: ROOT,
    env: { ...process.env, JOB: JSON.stringify(job) },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const dead = once(child, "close");
  const kill = async () => {
    child.kill("SIGKILL");
    await dead;
  };
  proxy.arm(request, moment, kill);
  try {
    // It ends by itself only when all is grown.
    createInterface({ input: child.stdout }).once("line", () => void kill());
    expect(await dead).toEqual([null, "SIGKILL"]);
    return proxy.count();
  } finally {
    proxy.disarm();
  }
}

async function clean() {
  const { login, password } = sandbox.ready.admin;
  const env = { LOADSTONE_LOGIN: login, LOADSTONE_PASSWORD: password };
  const world = testWorld(["clean", "--data", data.path, "--json"], { env });
  const code = await runProgram(world);
  return { code, ...(JSON.parse(world.printed.join("")) as { removed: number; left: unknown[] }) };
}

test("after kill -9 at any moment of provisioning, clean leaves the instance as it was found", async () => {
  const before = stateOfInstance();
  expect(before.size).toBeGreaterThan(10);
  const whole = await provisionUntil({
    request: Number.POSITIVE_INFINITY,
    moment: "answered",
    repositoryUrl: NEW_REPOSITORY,
  });
  expect(whole).toBeGreaterThan(30);
  // Six Units, their repo and its registry: the comparison can tell when something is there.
  expect(stateOfInstance().size).toBeGreaterThan(before.size + 20);
  expect(await clean()).toEqual({ code: 0, removed: 8, left: [], kept: [] });
  expect(stateOfInstance()).toEqual(before);

  const random = seededRandom(SEED);
  let removed = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const death = {
      request: 1 + Math.floor(random() * whole),
      moment: MOMENTS[Math.floor(random() * MOMENTS.length)] ?? "answered",
      repositoryUrl: round % 3 === 2 ? OLD_REPOSITORY : NEW_REPOSITORY,
    };
    await provisionUntil(death);
    const cleaned = await clean();
    expect({ death, code: cleaned.code, left: cleaned.left }).toEqual({ death, code: 0, left: [] });
    expect({ death, state: stateOfInstance() }).toEqual({ death, state: before });
    expect(await listManifests(join(data.path, "manifests"))).toEqual([]);
    removed += cleaned.removed;
  }
  expect(removed).toBeGreaterThan(ROUNDS);
});
