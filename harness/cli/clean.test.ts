import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { listManifests, openManifest } from "../platform/manifest.ts";
import { testWorld } from "../test/test-world.ts";
import type { World } from "../world.ts";
import { leftLines, ownerLines } from "./clean.ts";
import { idleNotice } from "./idle-notice.ts";
import { runProgram } from "./program.ts";

let data = "";
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "loadstone-clean-"));
});
afterEach(() => rm(data, { recursive: true, force: true }));

const DEAD = 2 ** 22 + 1;

/** What a run that died left at the address: a repo and three Units. */
async function deadRun(runId: string, url: string, sandbox?: string): Promise<void> {
  const manifest = await openManifest(join(data, "manifests"), { runId, url, pid: DEAD, sandbox });
  await manifest.intend("repo", `ls-${runId}-repo`);
  for (const i of [0, 1, 2]) await manifest.intend("unit", `ls-${runId}-u${i}`);
  await manifest.close(false);
}

/** A fleet that an earlier run left on purpose. */
async function keptRun(runId: string): Promise<void> {
  const url = "http://127.0.0.1:9";
  const manifest = await openManifest(join(data, "manifests"), { runId, url });
  for (const i of [0, 1]) await manifest.made("unit", `ls-${runId}-u${i}`, `uuid-${i}`);
  await manifest.keep(0);
  await manifest.close(true);
}

async function clean(change: Partial<World> = {}, ...flags: readonly string[]) {
  const world = testWorld(["clean", "--data", data, ...flags], change);
  const code = await runProgram(world);
  return { code, warned: world.warned, printed: world.printed.join("") };
}

describe("`loadstone clean`", () => {
  test("has nothing to do where nothing died", async () => {
    expect(await clean()).toEqual({ code: 0, warned: [], printed: "0 removed, 0 left\n" });
  });

  test("says once that a login is missing, whatever is left for want of it", async () => {
    await deadRun("one", "http://127.0.0.1:9");
    await deadRun("two", "http://127.0.0.1:9");
    const { code, warned, printed } = await clean();
    expect(code).toBe(104);
    expect(printed).toBe("0 removed, 8 left\n");
    expect(warned).toEqual([
      expect.stringMatching(/^left on http:\/\/127\.0\.0\.1:9: 2 repos, such as ls-(one|two)-repo/),
      expect.stringMatching(/^left on http:\/\/127\.0\.0\.1:9: 6 Units/),
      "CREDENTIALS_MISSING: http://127.0.0.1:9 needs a login.",
      "Set LOADSTONE_LOGIN and LOADSTONE_PASSWORD in the environment.",
    ]);
  });

  test("says that a target may not be touched", async () => {
    await deadRun("one", "http://8.8.8.8");
    const { code, warned } = await clean();
    expect(code).toBe(104);
    expect(warned.filter((line) => line.startsWith("TARGET_NOT_ALLOWED"))).toHaveLength(1);
  });

  test("ends as interrupted after Ctrl-C, and keeps the manifest", async () => {
    await deadRun("one", "http://127.0.0.1:9");
    const env = { LOADSTONE_LOGIN: "a", LOADSTONE_PASSWORD: "b" };
    const { code, warned } = await clean({ env, signal: AbortSignal.abort() });
    expect(code).toBe(105);
    expect(warned.join()).not.toContain("INTERRUPTED");
    expect(await listManifests(join(data, "manifests"))).toHaveLength(1);
  });

  test("names an instance that does not answer once, with what is left there", async () => {
    await deadRun("one", "http://127.0.0.1:9");
    await deadRun("two", "http://127.0.0.1:9");
    const env = { LOADSTONE_LOGIN: "a", LOADSTONE_PASSWORD: "b" };
    const { code, warned, printed } = await clean({ env });
    expect({ code, printed }).toEqual({ code: 121, printed: "0 removed, 8 left\n" });
    expect(warned.filter((line) => line.startsWith("TARGET_UNREACHABLE"))).toHaveLength(1);
    expect(await listManifests(join(data, "manifests"))).toHaveLength(2);
  });

  test("counts a sandbox of ours that is gone as clean", async () => {
    await deadRun("one", "http://127.0.0.1:9", join(data, "sandbox"));
    expect(await clean()).toMatchObject({ code: 0, printed: "0 removed, 0 left\n" });
    expect(await listManifests(join(data, "manifests"))).toEqual([]);
  });

  test("stands up a sandbox of ours that died with its run, and signs in there by itself", async () => {
    const state = join(data, "sandbox");
    await mkdir(state);
    await deadRun("one", "http://127.0.0.1:9", state);
    const { PATH } = process.env;
    expect(await clean({ env: { PATH } })).toMatchObject({ code: 0 });
    expect(await listManifests(join(data, "manifests"))).toEqual([]);
  });
});

describe("`loadstone clean` and what was kept", () => {
  test("leaves it, and says how to remove it", async () => {
    await keptRun("one");
    const { code, warned, printed } = await clean();
    expect({ code, printed }).toEqual({ code: 0, printed: "0 removed, 0 left\n" });
    expect(warned).toEqual([expect.stringMatching(/^run one keeps 2 Units .*clean --kept/)]);
  });

  test("removes it when asked to", async () => {
    await keptRun("one");
    const { code, printed } = await clean({}, "--kept");
    expect({ code, printed }).toEqual({ code: 104, printed: "0 removed, 2 left\n" });
    // It could not sign in, so that nothing has become of the fleet.
    expect(JSON.parse((await clean({}, "--list", "--json")).printed)).toMatchObject({
      fleets: [{ runId: "one", keptAtMs: 0 }],
    });
  });

  test("lists it beside what dead runs left, and asks no target", async () => {
    await keptRun("one");
    await deadRun("two", "http://8.8.8.8");
    const text = await clean({}, "--list");
    expect({ code: text.code, warned: text.warned }).toEqual({ code: 0, warned: [] });
    expect(text.printed.split("\n")).toEqual([
      expect.stringContaining("run two left 4 objects on http://8.8.8.8"),
      expect.stringContaining("run one keeps 2 Units"),
      "",
    ]);
    const json = await clean({}, "--list", "--json");
    expect(JSON.parse(json.printed)).toEqual({
      fleets: [
        { runId: "two", url: "http://8.8.8.8", units: 3, objects: 4 },
        { runId: "one", url: "http://127.0.0.1:9", units: 2, objects: 2, keptAtMs: 0 },
      ],
    });
  });

  test("is told of its own instance at the start of a run", async () => {
    await deadRun("two", "http://8.8.8.8");
    expect(await idleNotice(join(data, "manifests"))).toHaveLength(1);
    const elsewhere = { url: "http://127.0.0.1:9" };
    expect(await idleNotice(join(data, "manifests"), elsewhere)).toEqual([]);
  });
});

const failing = (id: number) =>
  `DELETE http://x/units/4f6f0a0e-3c55-4c3e-a2c5-00000000000${id}: down`;

test("what somebody else created is left to that user, and said so", async () => {
  const at = { url: "http://x", runId: "r", kind: "unit" } as const;
  const reason = "DELETE http://x/units/1: HTTP 403: 1: No Access: only the creator";
  expect(ownerLines([{ ...at, name: "u0", reason }])).toEqual([
    "Sign in as the user who created them: only the creator may delete.",
  ]);
  expect(ownerLines([{ ...at, name: "u0", reason: "down" }])).toEqual([]);
});

test("what is left is counted by kind and reason, object ids apart", () => {
  const at = { url: "http://x", runId: "r" };
  expect(
    leftLines([
      { ...at, kind: "unit", name: "u0", reason: failing(0) },
      { ...at, kind: "unit", name: "u1", reason: failing(1) },
      { ...at, kind: "unit", name: "u2", reason: "Interrupted." },
      { ...at, kind: "repo", name: "r", reason: "Interrupted." },
    ]),
  ).toEqual([
    "left on http://x: 2 Units, such as u0 (DELETE http://x/units/…: down)",
    "left on http://x: unit u2 (Interrupted.)",
    "left on http://x: repo r (Interrupted.)",
  ]);
});
