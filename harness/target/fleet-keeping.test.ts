import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { listIdleFleets } from "../platform/idle-fleets.ts";
import { listManifests, openManifest } from "../platform/manifest.ts";
import type { Fleet } from "../platform/provision.ts";
import { skippingClock } from "../test/skipping-clock.ts";
import {
  checkOwners,
  checkReuse,
  endFleet,
  type FleetWish,
  isOfUsers,
  openRunManifest,
  refuseFleet,
} from "./fleet-keeping.ts";

const PLACE = { url: "http://127.0.0.1:9" };
const clock = skippingClock();

let dir = "";
let said: string[] = [];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "loadstone-keeping-"));
  said = [];
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const open = (runId: string, wish: FleetWish) =>
  openRunManifest({ manifestDir: dir, runId, place: PLACE, wish, log: (line) => said.push(line) });

/** What an earlier run kept. */
async function keptBy(runId: string): Promise<void> {
  const manifest = await openManifest(dir, { runId, ...PLACE });
  await manifest.made("unit", "ls-x-u0", "uuid");
  await manifest.keep(0);
  await manifest.close(true);
}

const reusing = (reuse: string | true) => ({ keep: false, reuse });

const nothingRemoved = () => Promise.resolve({ removed: 0, left: [], lent: [] });

describe("a run", () => {
  test("makes Units of its own where no earlier ones are asked for", async () => {
    await keptBy("first");
    const manifest = await open("second", { keep: false, reuse: undefined });
    expect(manifest.header.runId).toBe("second");
    await manifest.close(true);
  });

  test("that may reuse any makes its own where there are none, and says so", async () => {
    const manifest = await open("second", { keep: true, reuse: true });
    expect(manifest.header.runId).toBe("second");
    expect(said).toEqual([`No earlier fleet is left on ${PLACE.url}: making one`]);
    await manifest.close(true);
  });

  test("whose reused fleet cannot be opened leaves it to the next", async () => {
    await keptBy("first");
    const wish = { keep: false, reuse: true } as const;
    const manifest = await open("second", wish);
    const run = { runId: "second", wish };
    const end = { manifest, fleet: undefined, run, clock, remove: nothingRemoved };
    expect(await endFleet(end)).toEqual({ removed: 0, left: [] });
    expect(await listIdleFleets(dir)).toMatchObject([{ header: { runId: "first" }, units: 1 }]);
  });

  test("whose own fleet cannot be opened says what is left of it", async () => {
    const wish = { keep: true, reuse: undefined };
    const manifest = await open("only", wish);
    await manifest.intend("repo", "ls-x-repo");
    const run = { runId: "only", wish };
    const end = { manifest, fleet: undefined, run, clock, remove: nothingRemoved };
    expect((await endFleet(end)).left).toEqual([
      { kind: "repo", name: "ls-x-repo", reason: "not removed" },
    ]);
    expect(await listIdleFleets(dir)).toMatchObject([{ keptAtMs: undefined, objects: 1 }]);
  });

  test.each([true, false])("that keeps: %s", async (keep) => {
    const wish = { keep, reuse: undefined };
    const manifest = await open("only", wish);
    await manifest.made("unit", "ls-x-u0", "uuid");
    const fleet: Fleet = {
      units: [],
      broker: undefined,
      grow: () => Promise.resolve(),
      keep: () => manifest.keep(5).then(() => 1),
      remove: nothingRemoved,
    };
    const remove = async () => {
      await manifest.removed("unit", "ls-x-u0");
      return { removed: 1, left: [], lent: [] };
    };
    const end = await endFleet({ manifest, fleet, run: { runId: "only", wish }, clock, remove });
    expect(end.kept).toEqual(keep ? { runId: "only", units: 1 } : undefined);
    expect(end.removed).toBe(keep ? 0 : 1);
    expect(await listManifests(dir)).toHaveLength(keep ? 1 : 0);
  });
});

test("a run that left nothing there is refused as one to reuse", async () => {
  await keptBy("first");
  await checkReuse(dir, reusing("first"), PLACE);
  await checkReuse(dir, reusing(true), PLACE);
  const elsewhere = checkReuse(dir, reusing("first"), { url: "http://127.0.0.1:8" });
  await expect(elsewhere).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
  await expect(checkReuse(dir, reusing("other"), PLACE)).rejects.toThrow("run other left no fleet");
});

test("a bare broker is asked for no fleet", () => {
  const none = { keep: false, reuse: undefined, unitUsers: 0 };
  expect(() => refuseFleet(none)).not.toThrow();
  for (const asked of [{ keep: true }, { reuse: true as const }, { unitUsers: 1 }]) {
    expect(() => refuseFleet({ ...none, ...asked })).toThrow("of an instance");
  }
});

test("Units are users' where a manifest names any", async () => {
  const manifest = await openManifest(dir, { runId: "x", ...PLACE });
  expect(isOfUsers(manifest)).toBe(false);
  await manifest.made("user", "ls-x-w0", "uuid");
  expect(isOfUsers(manifest)).toBe(true);
  await manifest.close(false);
});

test("other owners are refused where only the creator may read", () => {
  expect(() => checkOwners({ axes: [{ axis: "relay" }, { axis: "store" }] })).toThrow("axis store");
  expect(() => checkOwners({ axes: [{ axis: "link" }, { axis: "api" }] })).not.toThrow();
});
