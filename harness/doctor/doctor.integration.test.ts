import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { startSandbox } from "#compose/embedded/sandbox/start.ts";
import { runProgram } from "../cli/program.ts";
import { testWorld } from "../test/test-world.ts";
import { Diagnosis } from "./diagnosis.ts";
import { startAedes } from "../transport/mqtt/aedes.suite.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function startBroker(deniesTopics = false): Promise<string> {
  const { port, stop } = await startAedes({
    authorizeSubscribe: (_client, subscription, done) =>
      done(null, deniesTopics ? null : subscription),
  });
  closing.push(stop);
  return `mqtt://127.0.0.1:${port}`;
}

async function doctor(args: readonly string[], env: Record<string, string> = {}) {
  const data = await mkdtemp(join(tmpdir(), "doctor-"));
  closing.push(() => rm(data, { recursive: true, force: true }));
  const world = testWorld(["doctor", "--json", "--data", data, ...args], { env });
  const code = await runProgram(world);
  const diagnosis = Diagnosis.parse(JSON.parse(world.printed.join("")));
  const outcomes = Object.fromEntries(
    diagnosis.checks
      .filter(({ about }) => about !== "machine")
      .map(({ id, outcome }) => [id, outcome]),
  );
  return { code, diagnosis, outcomes };
}

describe("the doctor", () => {
  test("looks at this machine alone when no target is named", async () => {
    const { diagnosis, outcomes } = await doctor(["--units", "10"]);
    expect([diagnosis.target, diagnosis.units, outcomes]).toEqual([null, 10, {}]);
    expect(diagnosis.checks.find(({ id }) => id === "node")?.seen).toBe(process.versions.node);
  });

  test("finds a broker fit that lets a message through and back", async () => {
    const { outcomes } = await doctor(["--broker", await startBroker()]);
    expect(outcomes).toEqual({
      address: "ok",
      connect: "ok",
      limits: "ok",
      "round-trip": "ok",
      keepalive: "ok",
    });
  });

  test("finds a broker unfit that does not", async () => {
    const { code, diagnosis, outcomes } = await doctor(["--broker", await startBroker(true)]);
    expect([code, outcomes["round-trip"]]).toEqual([121, "fail"]);
    expect(diagnosis.works).toBe(false);
  });

  test("says what to do when nobody listens, and tries nothing further", async () => {
    const url = await startBroker();
    await closing.pop()?.();
    const { code, diagnosis, outcomes } = await doctor(["--broker", url]);
    expect([code, outcomes["connect"], outcomes["keepalive"]]).toEqual([121, "fail", "skipped"]);
    expect(diagnosis.checks.find(({ id }) => id === "connect")?.fix).toContain("nothing listens");
  });

  test("sends nothing to a public address, and keeps a password out of what it says", async () => {
    const { code, diagnosis } = await doctor(["--broker", "mqtt://me:secret@203.0.113.9"]);
    expect(code).toBe(104);
    expect(JSON.stringify(diagnosis)).not.toContain("secret");
  });

  test("signs in to an instance and asks it one thing", async () => {
    const sandbox = await startSandbox({
      port: 0,
      mqttPort: 0,
      capacity: {},
      dataPipe: { flushMs: 100 },
    });
    closing.push(() => sandbox.close());
    const { url, admin } = sandbox.ready;
    const env = { LOADSTONE_LOGIN: admin.login, LOADSTONE_PASSWORD: admin.password };
    const { diagnosis, outcomes } = await doctor(["--instance", url], env);
    expect(outcomes).toMatchObject({ rest: "ok", "sign-in": "ok", api: "ok", "rate-limit": "ok" });
    expect(diagnosis.checks.find(({ id }) => id === "sign-in")?.seen).toBe("signed in as Admin");
    const unsigned = await doctor(["--instance", url]);
    expect(unsigned.outcomes["sign-in"]).toBe("warn");
  });
});
