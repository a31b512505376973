import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { underFileLock } from "./file-lock.ts";

let dir = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "loadstone-lock-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

test("a second comer is turned away until the first is done", async () => {
  const lock = join(dir, "a.lock");
  const within = await underFileLock(lock, () => underFileLock(lock, async () => "both"));
  expect(within).toBeUndefined();
  expect(await underFileLock(lock, async () => "alone")).toBe("alone");
});

test("a lock whose process died is broken", async () => {
  const lock = join(dir, "a.lock");
  await writeFile(lock, JSON.stringify({ pid: 2 ** 22 + 1 }));
  expect(await underFileLock(lock, async () => "mine")).toBe("mine");
});

test("nothing stays behind, not after a failure either", async () => {
  const work = underFileLock(join(dir, "a.lock"), () => Promise.reject(new Error("failed")));
  await expect(work).rejects.toThrow("failed");
  expect(await readdir(dir)).toEqual([]);
});
