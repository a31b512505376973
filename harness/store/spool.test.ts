import { spawnSync } from "node:child_process";
import { mkdir, readdir, readFile, rename, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { StoreError } from "./error.ts";
import { type Batch, Spool, type SpoolOptions } from "./spool.ts";
import { folderName, isAbandoned, ourselves, parseFolderName } from "./spool-folder.ts";
import { frame, segmentHeader } from "./spool-segment.ts";
import { fullDisk, temporaryFolder } from "./test-server.suite.ts";

const batch = (token: string, table = "events", rows = 2): Batch => ({
  table,
  token,
  rows,
  lines: `{"of":"${token}"}\n`.repeat(rows),
});

const openSpool = (dir: string, options: Partial<SpoolOptions> = {}) =>
  Spool.open({ dir, now: Date.now, maxSegmentRows: 10, maxSegmentBytes: 10_000, ...options });

async function drain(spool: Spool): Promise<string[]> {
  const tokens: string[] = [];
  for (let next = await spool.oldest(); next; next = await spool.oldest()) {
    tokens.push(`${next.segment.table} ${next.segment.token} ${next.segment.rows}`);
    await spool.remove(next);
  }
  return tokens;
}

/** The pid of a process that has ended. */
const deadPid = (): number => spawnSync(process.execPath, ["--version"]).pid;

describe("a spool", () => {
  it("gives batches back in order, those of one table joined", async () => {
    await using folder = await temporaryFolder();
    const spool = await openSpool(folder.path);
    for (const token of ["a", "b"]) await spool.append(batch(token), { sealed: false });
    await spool.append(batch("c", "runs"), { sealed: false });
    await spool.append(batch("d"), { sealed: false });
    expect(spool.rows).toBe(8);
    expect(await drain(spool)).toEqual(["events a 6", "runs c 2"]);
    expect(spool.isEmpty).toBe(true);
    expect(await readdir(folder.path)).toEqual([]);
  });

  it("keeps a batch that ClickHouse may know under its own token", async () => {
    await using folder = await temporaryFolder();
    const spool = await openSpool(folder.path);
    await spool.append(batch("a"), { sealed: false });
    await spool.append(batch("sent"), { sealed: true });
    expect(await drain(spool)).toEqual(["events a 2", "events sent 2"]);
  });

  it("never adds to a segment that was given out to be sent", async () => {
    await using folder = await temporaryFolder();
    const spool = await openSpool(folder.path);
    await spool.append(batch("a"), { sealed: false });
    const sending = await spool.oldest();
    await spool.append(batch("b"), { sealed: false });
    expect((await spool.oldest())?.segment).toEqual(sending?.segment);
    expect(await drain(spool)).toEqual(["events a 2", "events b 2"]);
  });

  it("begins another segment when one is full", async () => {
    await using folder = await temporaryFolder();
    const spool = await openSpool(folder.path);
    for (const token of ["a", "b", "c"])
      await spool.append(batch(token, "runs", 5), { sealed: false });
    expect(await drain(spool)).toEqual(["runs a 10", "runs c 5"]);
  });

  it("leaves what waits to the next, and that of the living alone", async () => {
    await using folder = await temporaryFolder();
    const first = await openSpool(folder.path);
    const living = await openSpool(folder.path);
    await first.append(batch("a"), { sealed: false });
    await living.append(batch("b"), { sealed: false });
    await first.release();
    const heir = await openSpool(folder.path);
    expect(await drain(heir)).toEqual(["events a 2"]);
    expect(await drain(living)).toEqual(["events b 2"]);
  });

  it("takes over from a process that died", async () => {
    await using folder = await temporaryFolder();
    const owner = { ...ourselves("abc"), pid: deadPid() };
    const dead = join(folder.path, folderName(owner));
    await mkdir(dead);
    const whole = Buffer.concat([segmentHeader("events", "a"), frame(1, "{}\n")]);
    await writeFile(join(dead, "00000000-events.ndjson"), whole);
    await writeFile(join(dead, "00000001-runs.ndjson"), segmentHeader("runs", "b").subarray(0, 9));
    const spool = await openSpool(folder.path);
    expect(spool.rows).toBe(1);
    expect(await drain(spool)).toEqual(["events a 1"]);
  });

  it("is taken over by one of several that start at once", async () => {
    await using folder = await temporaryFolder();
    const first = await openSpool(folder.path);
    for (const token of ["a", "b"]) await first.append(batch(token), { sealed: true });
    await first.release();
    const heirs = await Promise.all([1, 2, 3, 4, 5].map(() => openSpool(folder.path)));
    const rows = heirs.map((heir) => heir.rows).sort((a, b) => a - b);
    expect(rows).toEqual([0, 0, 0, 0, 4]);
  });

  it("puts aside what will never be taken, with the reason beside it", async () => {
    await using folder = await temporaryFolder();
    const spool = await openSpool(folder.path);
    await spool.reject(batch("a"), new StoreError("STORE_REJECTED", "no such column"));
    const rejected = join(folder.path, "rejected");
    expect(await readFile(join(rejected, "a-events.ndjson"), "utf8")).toBe(batch("a").lines);
    const reason = await readFile(join(rejected, "a-events.error.txt"), "utf8");
    expect(reason).toBe("STORE_REJECTED: no such column\n");
  });

  it("gives a full disk a code, and goes on unharmed when there is space again", async () => {
    await using folder = await temporaryFolder();
    const disk = fullDisk();
    const spool = await openSpool(folder.path, { openFile: disk.openFile });
    await spool.append(batch("a"), { sealed: false });
    disk.isFull = true;
    const full = { code: "DISK_FULL" };
    await expect(spool.append(batch("b"), { sealed: false })).rejects.toMatchObject(full);
    await expect(spool.append(batch("c"), { sealed: true })).rejects.toMatchObject(full);
    disk.isFull = false;
    await spool.append(batch("d"), { sealed: false });
    expect(await drain(spool)).toEqual(["events a 4"]);
  });

  it("gives a folder that cannot be made a code", async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, "file"), "");
    await expect(openSpool(join(folder.path, "file", "spool"))).rejects.toMatchObject({
      code: "SPOOL_UNWRITABLE",
    });
  });

  it("survives that somebody else took its folder", async () => {
    await using folder = await temporaryFolder();
    const spool = await openSpool(folder.path);
    await spool.append(batch("a"), { sealed: true });
    const [name] = await readdir(folder.path);
    await rename(join(folder.path, name ?? ""), join(folder.path, "elsewhere"));
    expect(await drain(spool)).toEqual([]);
    await spool.append(batch("b"), { sealed: true });
    expect(await drain(spool)).toEqual(["events b 2"]);
  });

  it("shows other hosts that it lives", async () => {
    await using folder = await temporaryFolder();
    const spool = await openSpool(folder.path);
    await spool.append(batch("a"), { sealed: true });
    const [name] = await readdir(folder.path);
    const path = join(folder.path, name ?? "");
    await utimes(path, 0, 0);
    await spool.oldest();
    expect((await stat(path)).mtimeMs).toBeGreaterThan(0);
  });
});

describe("the owner of a spool folder", () => {
  const us = ourselves("abc");

  it("is read from its name", () => {
    expect(parseFolderName(folderName(us))).toEqual(us);
    expect(parseFolderName("rejected")).toBeUndefined();
  });

  it.each([
    ["this process", us, 0, false],
    ["this process, silent", us, 3_600_000, false],
    ["an earlier process of the same pid", { ...us, start: "1" }, 0, process.platform === "linux"],
    ["a process that ended", { ...us, pid: deadPid() }, 0, true],
    ["nobody", { ...us, pid: 0 }, 0, true],
    ["another host that shows life", { ...us, host: "other", pid: 1 }, 599_000, false],
    ["another host fallen silent", { ...us, host: "other", pid: 1 }, 601_000, true],
  ])("%s", (_, owner, silentMs, abandoned) => {
    expect(isAbandoned(owner, silentMs)).toBe(abandoned);
  });
});
