import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { startSandbox } from "#compose/embedded/sandbox/start.ts";
import { systemClock } from "../load/clock.ts";
import { seededRandom } from "../load/random.ts";
import { openManifest } from "../platform/manifest.ts";
import { openFleet } from "../platform/provision.ts";
import { openPlatform } from "../platform/rest.ts";
import { HttpTransport } from "../transport/http.ts";
import { apiMix } from "./api-mix.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** A sandbox with two Units, and what a mix needs to ask about them. */
async function instance() {
  const sandbox = await startSandbox({ port: 0, mqttPort: 0, capacity: {}, seed: 1 });
  closing.push(() => sandbox.close());
  const folder = await mkdtemp(join(tmpdir(), "loadstone-api-"));
  closing.push(() => rm(folder, { recursive: true }));
  const { url, admin } = sandbox.ready;
  const client = openPlatform({ url });
  closing.push(() => client.close());
  const session = await client.login(admin.login, admin.password);
  const manifest = await openManifest(folder, { runId: "apimix", url });
  closing.push(() => manifest.close(true));
  const fleet = await openFleet({
    session,
    manifest,
    repositoryUrl: "https://git.example/pepeunit/universal_test_unit.git",
    log: () => undefined,
    signal: new AbortController().signal,
  });
  await fleet.grow(2, () => undefined);
  return { url, objects: { token: session.token, units: fleet.units } };
}

/** What so many requests of a mix came to, by class. */
async function outcomesOf(url: string, mix: ReturnType<typeof apiMix>, count: number) {
  const outcomes = new Map<string, number>();
  const random = seededRandom(7);
  let left = count;
  await new Promise<void>((resolve) => {
    const transport = new HttpTransport(
      {
        origin: url,
        address: { address: "127.0.0.1", family: 4 },
        clock: systemClock,
        connections: 4,
        timeoutMs: 20_000,
      },
      (_tag, errorClass = "good") => {
        outcomes.set(errorClass, (outcomes.get(errorClass) ?? 0) + 1);
        if (--left === 0) resolve();
      },
    );
    closing.push(() => transport[Symbol.asyncDispose]());
    for (let tag = 0; tag < count; tag++) transport.send(mix.next(random), tag);
  });
  return Object.fromEntries(outcomes);
}

describe("the API mix on an instance", () => {
  test.each([0, 1])("is answered right in all its kinds, GraphQL %d", async (graphqlRatio) => {
    const { url, objects } = await instance();
    expect(await outcomesOf(url, apiMix(objects, graphqlRatio), 80)).toEqual({ good: 80 });
  });

  test("is told apart where the login is no good", async () => {
    const { url, objects } = await instance();
    const strangers = { ...objects, token: "no.such.token" };
    expect(await outcomesOf(url, apiMix(strangers, 1), 10)).toEqual({ "graphql-403": 10 });
  });
});

test("a generator out of files stops itself, and blames no target", async () => {
  const server = createServer((socket) => socket.on("error", () => undefined));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const script = new URL("asking-child.suite.ts", import.meta.url).pathname;
  const child = spawn(
    "bash",
    [
      "-c",
      'ulimit -n 100; exec "$0" --import tsx "$1" "$2"',
      process.execPath,
      script,
      `${address.port}`,
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  closing.push(
    () => new Promise((resolve) => server.close(resolve)),
    () => Promise.resolve(child.kill("SIGKILL")),
  );
  let said = "";
  child.stdout.on("data", (part: Buffer) => (said += part.toString()));
  await once(child, "close");
  expect(said).toBe("FILE_LIMIT_TOO_LOW");
});
