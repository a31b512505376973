import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import {
  type Sandbox,
  type SandboxOptions,
  startSandbox,
} from "#compose/embedded/sandbox/start.ts";
import { runProgram } from "../cli/program.ts";
import { openPlatform } from "../platform/rest.ts";
import { testWorld } from "../test/test-world.ts";
import { ASSERTIONS } from "./assertions/all.ts";
import type { Comparison } from "./conform.ts";

const MINUTES = 5 * 60_000;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function start(change: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({ port: 0, mqttPort: 0, capacity: {}, ...change });
  closing.push(() => sandbox.close());
  return sandbox;
}

/** Runs the command; nothing it created may be left behind. */
async function conformance({ ready }: Sandbox, ...flags: readonly string[]) {
  const data = await mkdtemp(join(tmpdir(), "conformance-"));
  closing.push(() => rm(data, { recursive: true, force: true }));
  const { login, password } = ready.admin;
  const env = {
    LOADSTONE_LOGIN: login,
    LOADSTONE_PASSWORD: password,
    LOADSTONE_EMQX_URL: ready.emqx,
    LOADSTONE_EMQX_LOGIN: login,
    LOADSTONE_EMQX_PASSWORD: password,
  };
  const args = ["conformance", "--json", "--data", data, "--instance", ready.url, ...flags];
  const world = testWorld(args, { env });
  const code = await runProgram(world);
  const { comparisons } = JSON.parse(world.printed.join("")) as { comparisons: Comparison[] };
  const left = await readdir(join(data, "manifests"));
  return { code, comparisons, left };
}

test(
  "the sandbox is as the contract says, in all of it, and keeps nothing of the look",
  async () => {
    // The flush's interval is not what is looked at, only that there is one.
    const sandbox = await start({ dataPipe: { flushMs: 250 } });
    const untagged = "https://git.test/loadstone/untagged.git";
    const { code, comparisons, left } = await conformance(
      sandbox,
      "--slow",
      "--untagged",
      untagged,
    );
    const odd = comparisons.filter(({ outcome }) => outcome !== "same");
    expect(odd).toEqual([]);
    expect(comparisons).toHaveLength(ASSERTIONS.length);
    expect([code, left]).toEqual([0, []]);
    const client = openPlatform({ url: sandbox.ready.url });
    closing.push(() => client.close());
    const { login, password } = sandbox.ready.admin;
    const session = await client.login(login, password);
    const [units, repos, registries] = [
      await session.units.list(),
      await session.repos.list(),
      await session.registries.list(),
    ];
    expect([units.count, repos.count, registries.count]).toEqual([0, 0, 0]);
  },
  MINUTES,
);

test("an instance of other limits differs, and what it lacks is not looked at", async () => {
  const sandbox = await start({
    limits: { messagesPerSec: 100_000 },
    features: { dataPipe: false },
  });
  const only = "limits/message-rate,pipes/check,rest/root";
  const { code, comparisons } = await conformance(sandbox, "--only", only);
  const outcomes = Object.fromEntries(comparisons.map(({ id, outcome }) => [id, outcome]));
  expect([code, outcomes]).toEqual([
    99,
    { "rest/root": "same", "limits/message-rate": "differs", "pipes/check": "skipped" },
  ]);
  const differing = comparisons.find(({ outcome }) => outcome === "differs");
  expect(differing?.detail).toMatch(/^75 messages were read within \d+ ms$/);
});

test(
  "behind nginx's limit the look goes on slowly, and the limit is seen",
  async () => {
    const sandbox = await start({ nginx: true });
    const { code, comparisons } = await conformance(sandbox, "--only", "nginx");
    expect([code, comparisons]).toMatchObject([
      0,
      [{ id: "nginx/limit", outcome: "same", detail: expect.stringMatching(/^active: /) }],
    ]);
  },
  MINUTES,
);

test("names of assertions are their own, and each says what it stands for", () => {
  const ids = ASSERTIONS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { contract, quirk } of ASSERTIONS) {
    expect(contract).toMatch(/^(REST|MQTT|GraphQL|DataPipe|Deploy) §/);
    expect(quirk).not.toBe("");
  }
});
