import { mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isAlive } from "./liveness.ts";
import { isFree, listManifests, openManifest, readManifest, takeManifest } from "./manifest.ts";
import type { Entry } from "./manifest-lines.ts";
import { runNames } from "./names.ts";

let dir = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "loadstone-manifest-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** Above the largest pid Linux gives: surely dead. */
const DEAD = 2 ** 22 + 1;
const RUN = { runId: "run-1", url: "http://127.0.0.1:8080", pid: DEAD };
const NEXT = { runId: "run-2", keep: false };

async function filledManifest() {
  const manifest = await openManifest(dir, RUN);
  await manifest.intend("repo", "ls-1-repo");
  await manifest.made("repo", "ls-1-repo", "uuid-repo");
  await Promise.all([0, 1, 2].map((i) => manifest.intend("unit", `ls-1-u${i}`)));
  await manifest.made("unit", "ls-1-u1", "uuid-1");
  await manifest.removed("unit", "ls-1-u2");
  return manifest;
}

describe("a manifest", () => {
  it("says what is left to remove, the never answered too", async () => {
    const manifest = await filledManifest();
    await manifest.close(true);
    const { header, outstanding } = await readManifest(manifest.file);
    expect(header).toMatchObject(RUN);
    expect(outstanding).toEqual([
      { kind: "repo", name: "ls-1-repo", uuid: "uuid-repo" },
      { kind: "unit", name: "ls-1-u0" },
      { kind: "unit", name: "ls-1-u1", uuid: "uuid-1" },
    ]);
  });

  it("is for its owner's eyes", async () => {
    const manifest = await openManifest(dir, RUN);
    await manifest.close(false);
    expect((await stat(manifest.file)).mode & 0o777).toBe(0o600);
  });

  it("has an intent on the disk as soon as it is given", async () => {
    const manifest = await openManifest(dir, RUN);
    await manifest.intend("unit", "ls-1-u0");
    expect(await readFile(manifest.file, "utf8")).toContain('"ls-1-u0"');
    await manifest.close(false);
  });

  it("disappears once all is removed, and not before", async () => {
    const manifest = await openManifest(dir, RUN);
    await manifest.intend("repo", "a");
    await manifest.close(true);
    expect(await listManifests(dir)).toEqual([manifest.file]);
    const again = await takeManifest(manifest.file, NEXT);
    await again?.removed("repo", "a");
    await again?.close(true);
    expect(await listManifests(dir)).toEqual([]);
  });

  it("belongs to one run only", async () => {
    await (await openManifest(dir, RUN)).close(false);
    await expect(openManifest(dir, RUN)).rejects.toMatchObject({ code: "PROVISIONING_FAILED" });
  });

  it("cannot be named out of its directory", async () => {
    await expect(openManifest(dir, { ...RUN, runId: "../x" })).rejects.toThrow("runId");
  });

  it("knows a sandbox of ours by its state", async () => {
    const manifest = await openManifest(dir, { ...RUN, sandbox: "/data/sandbox" });
    await manifest.close(false);
    expect((await readManifest(manifest.file)).header?.sandbox).toBe("/data/sandbox");
  });

  it("says that its directory cannot be written", async () => {
    const file = join(dir, "file");
    await writeFile(file, "");
    await expect(openManifest(join(file, "manifests"), RUN)).rejects.toMatchObject({
      code: "PROVISIONING_FAILED",
      message: expect.stringContaining("Cannot write the manifest"),
    });
  });

  it("is no error when there never was one", async () => {
    expect(await listManifests(join(dir, "none"))).toEqual([]);
  });
});

describe("a manifest of a run that ended", () => {
  it("is gone on with by one process alone", async () => {
    const manifest = await filledManifest();
    await manifest.close(false);
    const [one, other] = await Promise.all([
      takeManifest(manifest.file, NEXT),
      takeManifest(manifest.file, NEXT),
    ]);
    const taken = [one, other].filter((found) => found !== undefined);
    expect(taken).toHaveLength(1);
    expect(taken[0]?.outstanding()).toEqual(manifest.outstanding());
    expect(await takeManifest(manifest.file, NEXT)).toBeUndefined();
    await taken[0]?.close(false);
    expect(await listManifests(dir)).toEqual([manifest.file]);
  });

  it("is not gone on with while the run lives", async () => {
    const manifest = await openManifest(dir, { ...RUN, pid: process.pid });
    expect(await takeManifest(manifest.file, NEXT)).toBeUndefined();
    await manifest.close(false);
  });

  it("is free once it is let go, though the process goes on", async () => {
    const manifest = await openManifest(dir, { ...RUN, pid: process.pid });
    await manifest.intend("repo", "a");
    await manifest.release();
    await manifest.close(true);
    const content = await readManifest(manifest.file);
    expect(content).toMatchObject({ keptAtMs: undefined, outstanding: [{ name: "a" }] });
    expect(isFree(content)).toBe(true);
  });

  it("is free as soon as its things are kept, though the process goes on", async () => {
    const manifest = await openManifest(dir, { ...RUN, pid: process.pid });
    await manifest.keep(1000);
    const content = await readManifest(manifest.file);
    expect(content.keptAtMs).toBe(1000);
    expect(isFree(content)).toBe(true);
    await manifest.close(false);
  });

  it.each([
    [true, 1000],
    [false, undefined],
  ])("stays kept when a run that reuses it dies: %s", async (keep, keptAtMs) => {
    const manifest = await openManifest(dir, RUN);
    await manifest.keep(1000);
    await manifest.close(false);
    await (await takeManifest(manifest.file, { ...NEXT, keep, pid: DEAD }))?.close(false);
    expect(await readManifest(manifest.file)).toMatchObject({ header: RUN, keptAtMs });
  });
});

describe("a manifest cut off at any byte", () => {
  it("loses no whole line, and can be gone on with", async () => {
    const manifest = await filledManifest();
    await manifest.close(false);
    const whole = await readFile(manifest.file);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length }), async (size) => {
        await writeFile(manifest.file, whole);
        await truncate(manifest.file, size);
        const kept = whole.subarray(0, size).toString("utf8");
        // A last line that only lacks its line end is whole as well.
        const wholeLines = kept.endsWith("}") ? kept : kept.slice(0, kept.lastIndexOf("\n") + 1);
        await writeFile(join(dir, "lines"), wholeLines);
        const cut = await readManifest(manifest.file);
        expect(cut).toEqual(await readManifest(join(dir, "lines")));
        if (cut.header === undefined) return;
        const again = await takeManifest(manifest.file, NEXT);
        await again?.intend("unit", "later");
        await again?.close(false);
        const later: Entry = { kind: "unit", name: "later" };
        expect((await readManifest(manifest.file)).outstanding).toEqual([
          ...cut.outstanding,
          later,
        ]);
      }),
    );
  });
});

describe("names of a run", () => {
  it("fit the platform's rule and differ between runs", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.nat({ max: 9_999_999 }), (one, other, index) => {
        const names = runNames(one);
        for (const name of [names.repo, names.unit(index)]) {
          expect(name).toMatch(/^[a-z0-9-]{4,20}$/);
          expect(name.startsWith(names.prefix)).toBe(true);
          expect(name.startsWith(runNames(other).prefix)).toBe(one === other);
        }
      }),
    );
  });
});

describe("a process", () => {
  it("is alive while it runs", () => {
    expect(isAlive({ pid: process.pid })).toBe(true);
    expect(isAlive({ pid: 2 ** 22 + 1 })).toBe(false);
  });

  it.runIf(process.platform === "linux")("is not taken for a later one of its number", () => {
    expect(isAlive({ pid: process.pid, processStart: "1" })).toBe(false);
  });
});
