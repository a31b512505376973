import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { type SandboxOptions, startSandbox } from "#compose/embedded/sandbox/start.ts";
import { runProgram } from "../cli/program.ts";
import { testWorld } from "../test/test-world.ts";
import { type CheckResult, Diagnosis } from "./diagnosis.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function dataDirectory(): Promise<string> {
  const data = await mkdtemp(join(tmpdir(), "doctor-"));
  closing.push(() => rm(data, { recursive: true, force: true }));
  return data;
}

/** Looks at a sandbox; nothing that was created may be left. */
async function examined(change: Partial<SandboxOptions>, withBroker = true) {
  const sandbox = await startSandbox({
    port: 0,
    mqttPort: 0,
    capacity: {},
    dataPipe: { flushMs: 100 },
    ...change,
  });
  closing.push(() => sandbox.close());
  const data = await dataDirectory();
  const { url, emqx, admin } = sandbox.ready;
  const env = {
    LOADSTONE_LOGIN: admin.login,
    LOADSTONE_PASSWORD: admin.password,
    ...(withBroker
      ? {
          LOADSTONE_EMQX_URL: emqx,
          LOADSTONE_EMQX_LOGIN: admin.login,
          LOADSTONE_EMQX_PASSWORD: admin.password,
        }
      : {}),
  };
  const args = ["doctor", "--json", "--data", data, "--units", "10", "--instance", url];
  const world = testWorld(args, { env });
  await runProgram(world);
  expect(await readdir(join(data, "manifests"))).toEqual([]);
  const { checks } = Diagnosis.parse(JSON.parse(world.printed.join("")));
  return checks.filter(({ about }) => about === "instance");
}

const wrongOf = (checks: readonly CheckResult[]) =>
  checks.filter(({ outcome }) => outcome !== "ok").map(({ id, outcome }) => `${id} ${outcome}`);
const fixOf = (checks: readonly CheckResult[], id: string) =>
  checks.find((check) => check.id === id)?.fix;

test("an instance in order has nothing wrong, on all five paths", async () => {
  const checks = await examined({});
  expect(wrongOf(checks)).toEqual([]);
  const paths = checks.filter(({ id }) => id.startsWith("path-")).map(({ id }) => id);
  expect(paths.sort()).toEqual(["path-api", "path-base", "path-link", "path-relay", "path-store"]);
});

test("the deploy kit's key of the DataPipe is named, with and without the broker's word", async () => {
  const asked = await examined({ faults: ["data-pipe-key"] });
  expect(wrongOf(asked)).toEqual(["data-pipe fail", "path-store fail"]);
  expect(fixOf(asked, "data-pipe")).toContain("PU_DP_SECRET_KEY");
  const unasked = await examined({ faults: ["data-pipe-key"] }, false);
  expect(wrongOf(unasked)).toEqual(["broker-caps skipped", "data-pipe skipped", "path-store fail"]);
  expect(fixOf(unasked, "path-store")).toContain("PU_DP_SECRET_KEY");
});

test("nginx's request limit is named, and the paths are tried all the same", async () => {
  const checks = await examined({ nginx: true });
  expect(wrongOf(checks)).toEqual(["rate-limit warn"]);
  expect(fixOf(checks, "rate-limit")).toContain("5291");
});

test("a slow access hook is named", async () => {
  const checks = await examined({ faults: ["slow-hook"] });
  expect(wrongOf(checks)).toEqual(["access-hook warn"]);
  expect(fixOf(checks, "access-hook")).toContain("PU_LINK");
});

test("a clock that is off is named", async () => {
  const checks = await examined({ faults: ["clock"] });
  expect(wrongOf(checks)).toEqual(["wall-clock warn"]);
  expect(fixOf(checks, "wall-clock")).toContain("set-ntp");
});

test("a low limit of open files is named", async () => {
  const main = fileURLToPath(new URL("../main.ts", import.meta.url));
  const data = await dataDirectory();
  const command = 'ulimit -n 256 && exec "$0" --import tsx "$1" doctor --json --data "$2"';
  const printed = await new Promise<string>((resolve) => {
    // It ends with 104, which is no failure of this test.
    execFile("bash", ["-c", command, process.execPath, main, data], (_error, stdout) =>
      resolve(stdout),
    );
  });
  const { checks, exitCode } = Diagnosis.parse(JSON.parse(printed));
  expect(checks.find(({ id }) => id === "open-files")).toMatchObject({
    outcome: "fail",
    seen: "256 allowed",
    fix: expect.stringContaining("ulimit -n"),
  });
  expect(exitCode).toBe(104);
});
