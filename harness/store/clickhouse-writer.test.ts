import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openStoreWriter, type StoreClock, type StoreWriterOptions } from "./clickhouse-writer.ts";
import { eventRow, resourceRow, runRow } from "./sample-rows.suite.ts";
import { fullDisk, startProxy, temporaryFolder, until } from "./test-server.suite.ts";

/** A clock whose alarms ring only when the test says so. */
function handClock() {
  const alarms = new Set<() => void>();
  return {
    now: Date.now,
    after(_ms, task) {
      alarms.add(task);
      return () => alarms.delete(task);
    },
    ring() {
      const due = [...alarms];
      alarms.clear();
      for (const task of due) task();
    },
  } satisfies StoreClock & { ring(): void };
}

/** A writer before a server that takes everything, or does what `proxy.mode` says. */
async function openWriter(options: Partial<StoreWriterOptions> = {}) {
  const folder = await temporaryFolder();
  const proxy = await startProxy();
  const clock = handClock();
  const access = { url: proxy.url, username: "default", password: "" };
  const writer = await openStoreWriter({ ...access, spoolDir: folder.path, clock, ...options });
  return {
    writer,
    proxy,
    clock,
    spoolDir: folder.path,
    async [Symbol.asyncDispose]() {
      // A test may leave rows that its disk does not take.
      await Promise.resolve(writer[Symbol.asyncDispose]()).catch(() => {});
      await proxy[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

describe("a store writer", () => {
  it("sends what waits when its time is up, in one batch a table", async () => {
    await using opened = await openWriter();
    const { writer, proxy, clock } = opened;
    for (let index = 0; index < 100; index++) writer.write("events", eventRow());
    writer.write("runs", runRow());
    expect(proxy.tokens).toEqual([]);
    clock.ring();
    await until(() => writer.health().writtenRows === 101);
    expect(proxy.tokens).toHaveLength(2);
  });

  it("sends a full batch at once", async () => {
    await using opened = await openWriter({ batchRows: 10 });
    const { writer, proxy } = opened;
    for (let index = 0; index < 25; index++) writer.write("events", eventRow());
    await until(() => writer.health().writtenRows === 25);
    expect(new Set(proxy.tokens).size).toBe(proxy.tokens.length);
  });

  it("is done with a flush only when all before it is acknowledged", async () => {
    await using opened = await openWriter();
    const { writer } = opened;
    writer.write("events", eventRow());
    const first = writer.flush();
    writer.write("events", eventRow());
    await Promise.all([first, writer.flush()]);
    expect(writer.health()).toMatchObject({ writtenRows: 2, spooledRows: 0, lastError: null });
  });

  it.each([
    ["a broken connection", "away"],
    ["a server in trouble", { status: 500, body: "Code: 241. DB::Exception: Memory limit" }],
    ["a proxy without a server", { status: 502, body: "<html>Bad gateway</html>" }],
    ["too many requests", { status: 429, body: "" }],
    ["a wrong password", { status: 403, body: "Code: 516. DB::Exception: Wrong" }],
    ["an exception after the headers", { status: 200, body: "Code: 159. DB::Exception: Timeout" }],
  ] as const)("spools on %s and replays with the same token", async (_, mode) => {
    await using opened = await openWriter();
    const { writer, proxy, clock } = opened;
    proxy.mode = mode;
    writer.write("events", eventRow());
    await writer.flush();
    expect(writer.health()).toMatchObject({ connected: false, spooledRows: 1, rejectedRows: 0 });
    expect(writer.health().lastError).not.toBeNull();
    proxy.mode = "pass";
    clock.ring();
    await until(() => writer.health().spooledRows === 0);
    expect(writer.health()).toMatchObject({ connected: true, writtenRows: 1, lastError: null });
    expect(new Set(proxy.tokens).size).toBe(1);
  });

  it("never joins rows to a batch whose token ClickHouse may know", async () => {
    await using opened = await openWriter();
    const { writer, proxy, clock } = opened;
    proxy.mode = "lose-ack";
    writer.write("events", eventRow());
    await writer.flush();
    writer.write("events", eventRow());
    await writer.flush();
    proxy.mode = "pass";
    clock.ring();
    while (writer.health().spooledRows > 0) {
      clock.ring();
      await writer.flush();
    }
    expect(writer.health().writtenRows).toBe(2);
    expect(new Set(proxy.tokens).size).toBe(2);
  });

  it.each([
    ["a value it cannot read", { status: 400, body: "Code: 27. DB::Exception: Cannot parse" }],
    ["a column it lacks", { status: 500, body: "Code: 117. DB::Exception: Unknown field" }],
    ["a body too large for a proxy", { status: 413, body: "" }],
  ] as const)("puts a batch aside that the server refuses for %s", async (_, mode) => {
    await using opened = await openWriter();
    const { writer, proxy, spoolDir } = opened;
    proxy.mode = mode;
    writer.write("events", eventRow());
    await writer.flush();
    expect(writer.health()).toMatchObject({ connected: true, spooledRows: 0, rejectedRows: 1 });
    expect(writer.health().lastError).toMatch(/^STORE_REJECTED: /);
    expect(await readdir(join(spoolDir, "rejected"))).toHaveLength(2);
  });

  it("keeps a row aside that JSON cannot say", async () => {
    await using opened = await openWriter();
    const { writer, spoolDir } = opened;
    writer.write("resources", resourceRow({ value: Number.POSITIVE_INFINITY }));
    await writer.flush();
    const rejected = join(spoolDir, "rejected");
    const [reason] = (await readdir(rejected)).sort();
    expect(await readFile(join(rejected, reason ?? ""), "utf8")).toContain("value");
  });

  it("keeps rows in memory up to a bound while server and disk refuse, and saves them later", async () => {
    const disk = fullDisk();
    const line = JSON.stringify(eventRow()).length;
    const options = { openSpoolFile: disk.openFile, memoryBytes: 5 * (line + 20) };
    await using opened = await openWriter(options);
    const { writer, proxy, clock } = opened;
    proxy.mode = "away";
    disk.isFull = true;
    for (let index = 0; index < 8; index++) writer.write("events", eventRow());
    await expect(writer.flush()).rejects.toMatchObject({ code: "DISK_FULL" });
    expect(writer.health()).toMatchObject({ spooledRows: 0, connected: false });
    expect(writer.health().lastError).toMatch(/^DISK_FULL: /);
    const { droppedRows } = writer.health();
    expect(droppedRows).toBeGreaterThan(0);
    disk.isFull = false;
    await writer.flush();
    expect(writer.health().spooledRows).toBe(8 - droppedRows);
    proxy.mode = "pass";
    clock.ring();
    await until(() => writer.health().spooledRows === 0);
    expect(writer.health()).toMatchObject({ writtenRows: 8 - droppedRows, lastError: null });
  });

  it("sends what a full disk kept in memory once the server is back", async () => {
    const disk = fullDisk();
    await using opened = await openWriter({ openSpoolFile: disk.openFile });
    const { writer, proxy, clock } = opened;
    proxy.mode = "away";
    disk.isFull = true;
    writer.write("events", eventRow());
    await expect(writer.flush()).rejects.toMatchObject({ code: "DISK_FULL" });
    proxy.mode = "pass";
    clock.ring();
    await until(() => writer.health().writtenRows === 1);
    expect(new Set(proxy.tokens).size).toBe(1);
  });

  it("takes nothing more once closed, and may be closed twice", async () => {
    await using opened = await openWriter();
    const { writer } = opened;
    writer.write("events", eventRow());
    await writer[Symbol.asyncDispose]();
    await writer[Symbol.asyncDispose]();
    expect(writer.health().writtenRows).toBe(1);
    expect(() => writer.write("events", eventRow())).toThrow("closed");
  });

  it("throws on closing when rows would be lost", async () => {
    const disk = fullDisk();
    await using opened = await openWriter({ openSpoolFile: disk.openFile });
    const { writer, proxy } = opened;
    proxy.mode = "away";
    disk.isFull = true;
    writer.write("events", eventRow());
    await expect(writer[Symbol.asyncDispose]()).rejects.toMatchObject({ code: "DISK_FULL" });
  });
});
