import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findHolder, type Holder, letGo, makeDataDirectory, takeLock } from "./lock.ts";
import { processIdentity } from "./process-identity.ts";

const SERVER = { url: "http://127.0.0.1:1", version: "26" };
const OURS = { supervisorPid: process.pid, password: "ours" };
const THEIRS = { supervisorPid: process.pid, password: "theirs" };
let dataDir = "";

beforeEach(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), "loadstone-lock-")), "data");
  await makeDataDirectory(dataDir);
});
afterEach(() => rm(join(dataDir, ".."), { recursive: true }));

const lockFiles = async () => (await readdir(dataDir)).filter((name) => name !== "engine");
const leave = (generation: number, holder: Holder) =>
  writeFile(join(dataDir, `server-${generation}.json`), JSON.stringify(holder));
const self = async (pid = process.pid) => ({ pid, identity: (await processIdentity(pid)) ?? "" });
const DEAD = { pid: process.pid, identity: "another process that had this pid" };

describe("the lock of a data directory", () => {
  it("is taken once", async () => {
    expect(await takeLock(dataDir, OURS)).toBeDefined();
    expect(await takeLock(dataDir, THEIRS)).toBeUndefined();
  });

  it("goes to exactly one of many that ask at once", async () => {
    await leave(7, { child: DEAD, password: "ours" });
    const locks = await Promise.all(Array.from({ length: 20 }, () => takeLock(dataDir, OURS)));
    expect(locks.filter((lock) => lock !== undefined)).toHaveLength(1);
    expect(await lockFiles()).toEqual(["server-8.json"]);
  });

  it("tells where its server listens, to its owner only", async () => {
    const lock = await takeLock(dataDir, OURS);
    await lock?.publish(SERVER);
    expect(await findHolder(dataDir)).toMatchObject({
      child: await self(),
      supervisor: await self(),
      password: "ours",
      server: SERVER,
    });
    const { mode } = await stat(join(dataDir, "server-1.json"));
    expect(mode & 0o777).toBe(0o600);
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
  });

  it("is free again when its holder is dead, also when another process has that pid", async () => {
    await leave(3, { child: DEAD, password: "ours", server: SERVER });
    expect(await findHolder(dataDir)).toBeUndefined();
    expect(await takeLock(dataDir, THEIRS)).toBeDefined();
  });

  it("is free again when its holder was killed", async () => {
    const holder = spawn(process.execPath, ["--eval", "setInterval(() => {}, 1000)"]);
    await once(holder, "spawn");
    await leave(1, { child: await self(holder.pid), password: "ours" });
    expect(await findHolder(dataDir)).toBeDefined();
    holder.kill("SIGKILL");
    await once(holder, "exit");
    expect(await findHolder(dataDir)).toBeUndefined();
  });

  it("waits for the supervisor of a crashed server, who alone may restart it", async () => {
    await leave(1, {
      child: DEAD,
      supervisor: await self(),
      password: "ours",
      server: SERVER,
    });
    expect(await findHolder(dataDir)).toBeDefined();
    expect(await takeLock(dataDir, THEIRS)).toBeUndefined();
    expect(await takeLock(dataDir, OURS)).toBeDefined();
  });

  it("waits for nobody once the supervisor has let go", async () => {
    await leave(1, { child: DEAD, supervisor: await self(), password: "ours", server: SERVER });
    await letGo(dataDir, "theirs");
    expect(await findHolder(dataDir)).toBeDefined();
    await letGo(dataDir, "ours");
    expect(await findHolder(dataDir)).toBeUndefined();
    expect(await takeLock(dataDir, THEIRS)).toBeDefined();
  });

  it("does not trust a lock file that is none", async () => {
    await writeFile(join(dataDir, "server-1.json"), "{");
    expect(await findHolder(dataDir)).toBeUndefined();
    expect(await takeLock(dataDir, OURS)).toBeDefined();
  });
});
