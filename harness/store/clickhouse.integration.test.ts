import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { appendFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "@clickhouse/client";
import { double, sample } from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type EmbeddedClickHouse,
  openEmbeddedClickHouse,
} from "#compose/embedded/clickhouse/supervise.ts";
import { openStoreReader } from "./clickhouse-reader.ts";
import { openStoreWriter, type StoreWriterOptions } from "./clickhouse-writer.ts";
import { describeStore } from "./contract.suite.ts";
import { migrate, parseMigration, readMigrations } from "./migrate.ts";
import { eventRow, NOW_MS, resourceRow, unitMinuteRow } from "./sample-rows.suite.ts";
import { frame, segmentHeader } from "./spool-segment.ts";
import { type Proxy, startProxy, temporaryFolder, until } from "./test-server.suite.ts";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let server: EmbeddedClickHouse;

beforeAll(async () => {
  folder = await temporaryFolder();
  server = await openEmbeddedClickHouse({ dataDir: join(folder.path, "clickhouse") });
});
afterAll(async () => {
  await server.close();
  await folder[Symbol.asyncDispose]();
});

/** A database and spool of its own for each test. */
function freshAccess() {
  const database = `test_${randomBytes(6).toString("hex")}`;
  const { url, username, password } = server;
  return { url, username, password, database, spoolDir: join(folder.path, database) };
}

const quick = { flushEveryMs: 5, retryEveryMs: 5 } satisfies Partial<StoreWriterOptions>;

describeStore("ClickHouse", async (now) => {
  const access = freshAccess();
  const writer = await openStoreWriter(access);
  const reader = openStoreReader({ ...access, now });
  return {
    reader,
    writer,
    async [Symbol.asyncDispose]() {
      await writer[Symbol.asyncDispose]();
      await reader[Symbol.asyncDispose]();
    },
  };
});

type Access = ReturnType<typeof freshAccess>;

async function readNumbers(access: Access, runId = "run-1"): Promise<number[]> {
  await using reader = openStoreReader(access);
  return (await reader.readEvents(runId, 0)).map((event) => Number(event.message));
}

const numberedEvent = (number: number, runId = "run-1") =>
  eventRow({ runId, atMs: NOW_MS + number, message: String(number) });

const countUpTo = (end: number): number[] => Array.from({ length: end }, (_, number) => number);

async function run(access: Access, query: string): Promise<void> {
  const { url, username, password, database } = access;
  const client = createClient({ url, username, password, database });
  await client.command({ query });
  await client.close();
}

/** A writer that reaches the server through a proxy. */
async function openThroughProxy(options: Partial<StoreWriterOptions> = {}) {
  const access = freshAccess();
  const proxy = await startProxy(access.url);
  const writer = await openStoreWriter({ ...access, url: proxy.url, ...quick, ...options });
  return { access, proxy, writer };
}

const segmentOf = (token: string, line: string): Buffer =>
  Buffer.concat([segmentHeader("events", token), frame(1, `${line}\n`)]);

describe("exactly once on ClickHouse", () => {
  it("replays what was written while the server was away, in order and once", async () => {
    const { access, proxy, writer } = await openThroughProxy();
    await using _proxy: Proxy = proxy;
    const writeUpTo = async (start: number, end: number) => {
      for (let number = start; number < end; number++) {
        writer.write("events", numberedEvent(number));
        if (number % 10 === 0) await writer.flush();
      }
      await writer.flush();
    };
    await writeUpTo(0, 100);
    proxy.mode = "away";
    await writeUpTo(100, 200);
    expect(writer.health()).toMatchObject({ connected: false, spooledRows: 100 });
    expect(writer.health().lastError).toMatch(/^STORE_UNREACHABLE: /);
    proxy.mode = "pass";
    await writeUpTo(200, 300);
    await until(() => writer.health().spooledRows === 0);
    expect(await readNumbers(access)).toEqual(countUpTo(300));
    expect(writer.health()).toMatchObject({ connected: true, writtenRows: 300, lastError: null });
    await writer[Symbol.asyncDispose]();
    expect(await readdir(access.spoolDir)).toEqual([]);
  });

  it("does not duplicate a batch that was stored while its acknowledgement got lost", async () => {
    const { access, proxy, writer } = await openThroughProxy();
    await using _proxy: Proxy = proxy;
    await using _writer = writer;
    proxy.mode = "lose-ack";
    for (const number of [0, 1, 2]) writer.write("events", numberedEvent(number));
    await writer.flush();
    expect(writer.health()).toMatchObject({ connected: false, spooledRows: 3, writtenRows: 0 });
    expect(await readNumbers(access)).toEqual([0, 1, 2]);
    await until(() => proxy.tokens.length > 4); // replayed and lost again and again
    proxy.mode = "pass";
    await until(() => writer.health().spooledRows === 0);
    expect(await readNumbers(access)).toEqual([0, 1, 2]);
    expect(new Set(proxy.tokens).size).toBe(1);
  });

  it("counts metered minutes once in the rollups too when an acknowledgement got lost", async () => {
    const { access, proxy, writer } = await openThroughProxy();
    await using _proxy: Proxy = proxy;
    await using _writer = writer;
    await using reader = openStoreReader(access);
    proxy.mode = "lose-ack";
    writer.write("unit_minutes", unitMinuteRow({ messages: 5 }));
    await writer.flush();
    await until(() => proxy.tokens.length > 2);
    proxy.mode = "pass";
    await until(() => writer.health().spooledRows === 0);
    writer.write("unit_minutes", unitMinuteRow({ messages: 5 })); // the same row, meant twice
    await writer.flush();
    const [usage] = await reader.readUnitUsage("home", NOW_MS + 1);
    expect(usage).toMatchObject({
      month: { messages: 10 },
      week: { messages: 10 },
      hour: { messages: 10 },
    });
  });

  it("finishes the spool of a closed writer at the next open", async () => {
    const { access, proxy, writer } = await openThroughProxy();
    await using _proxy: Proxy = proxy;
    proxy.mode = "away";
    for (const number of [0, 1, 2]) writer.write("events", numberedEvent(number));
    await writer[Symbol.asyncDispose]();
    await using next = await openStoreWriter({ ...access, ...quick });
    await until(() => next.health().spooledRows === 0);
    expect(await readNumbers(access)).toEqual([0, 1, 2]);
  });

  it("begins without a server when told to, and sets the database up when it comes", async () => {
    const access = freshAccess();
    await using proxy = await startProxy(access.url);
    proxy.mode = "away";
    const away = { ...access, url: proxy.url, ...quick };
    await expect(openStoreWriter(away)).rejects.toMatchObject({ code: "STORE_UNREACHABLE" });
    await using writer = await openStoreWriter({ ...away, startAway: true });
    writer.write("events", numberedEvent(0));
    await writer.flush();
    expect(writer.health()).toMatchObject({ connected: false, spooledRows: 1 });
    proxy.mode = "pass";
    await until(() => writer.health().spooledRows === 0);
    expect(await readNumbers(access)).toEqual([0]);
  });

  it("sets a database up again that was dropped under it", async () => {
    const access = freshAccess();
    await using writer = await openStoreWriter({ ...access, ...quick });
    await run(access, `DROP DATABASE ${access.database}`);
    writer.write("events", numberedEvent(0));
    await writer.flush();
    expect(await readNumbers(access)).toEqual([0]);
  });

  it("puts a poisonous batch aside and goes on", async () => {
    const access = freshAccess();
    await using writer = await openStoreWriter({ ...access, ...quick });
    await run(access, "ALTER TABLE resources DROP COLUMN value");
    writer.write("resources", resourceRow());
    writer.write("events", numberedEvent(0));
    await writer.flush();
    const health = writer.health();
    expect(health).toMatchObject({ connected: true, rejectedRows: 1, writtenRows: 1 });
    expect(health.lastError).toMatch(/^STORE_REJECTED: .*value/);
    expect(await readNumbers(access)).toEqual([0]);
    const rejected = join(access.spoolDir, "rejected");
    const [reason, rows] = (await readdir(rejected)).sort();
    expect(await readFile(join(rejected, reason ?? ""), "utf8")).toContain("STORE_REJECTED");
    expect(JSON.parse(await readFile(join(rejected, rows ?? ""), "utf8"))).toEqual(resourceRow());
  });

  it("puts a poisonous segment of the spool aside and replays those behind it", async () => {
    const access = freshAccess();
    const dead = join(access.spoolDir, "0-0-abcdef-somewhere");
    await mkdir(dead, { recursive: true });
    const good = JSON.stringify({ ...numberedEvent(7), ordinal: 0 });
    await writeFile(join(dead, "00000000-events.ndjson"), segmentOf("poison", '{"atMs":"soon"}'));
    await writeFile(join(dead, "00000001-events.ndjson"), segmentOf("good", good));
    await using writer = await openStoreWriter({ ...access, ...quick });
    await until(() => writer.health().spooledRows === 0);
    expect(writer.health()).toMatchObject({ rejectedRows: 1, writtenRows: 1 });
    expect(await readNumbers(access)).toEqual([7]);
  });

  it("replays the whole frames before a torn tail", async () => {
    const access = freshAccess();
    const dead = join(access.spoolDir, "0-0-abcdef-somewhere");
    const path = join(dead, "00000000-events.ndjson");
    await mkdir(dead, { recursive: true });
    await writeFile(path, segmentHeader("events", "torn"));
    for (const number of [0, 1]) {
      const line = JSON.stringify({ ...numberedEvent(number), ordinal: number });
      const bytes = frame(1, `${line}\n`);
      await appendFile(path, number === 0 ? bytes : bytes.subarray(0, bytes.length - 9));
    }
    await using writer = await openStoreWriter({ ...access, ...quick });
    await until(() => writer.health().spooledRows === 0);
    expect(await readNumbers(access)).toEqual([0]);
    expect(await readdir(access.spoolDir)).toEqual([]);
  });

  it("lets many writers share one spool", async () => {
    const access = freshAccess();
    await using proxy = await startProxy(access.url);
    const options = { ...access, url: proxy.url, ...quick };
    const writers = await Promise.all([0, 1, 2, 3].map(() => openStoreWriter(options)));
    proxy.mode = "away";
    for (const [index, writer] of writers.entries()) {
      for (let number = 0; number < 50; number++) {
        writer.write("events", numberedEvent(number, `run-${index}`));
        if (number % 7 === 0) await writer.flush();
      }
    }
    await Promise.all(writers.slice(0, 2).map((writer) => writer[Symbol.asyncDispose]()));
    proxy.mode = "pass";
    const heirs = await Promise.all([0, 1].map(() => openStoreWriter(options)));
    const living = [...writers.slice(2), ...heirs];
    await Promise.all(living.map((writer) => writer.flush()));
    await until(() => living.every((writer) => writer.health().spooledRows === 0));
    await Promise.all(living.map((writer) => writer[Symbol.asyncDispose]()));
    for (const index of [0, 1, 2, 3]) {
      expect(await readNumbers(access, `run-${index}`)).toEqual(countUpTo(50));
    }
  });
});

const lastWholeNumber = (said: string): number =>
  Number(said.slice(0, said.lastIndexOf("\n")).split("\n").at(-1) ?? 0);

/** Every safe row once, and of the rows after them none twice. */
function expectExactlyOnce(numbers: readonly number[], safeRows: number): void {
  expect(numbers.filter((number) => number < safeRows)).toEqual(countUpTo(safeRows));
  expect(new Set(numbers).size).toBe(numbers.length);
}

describe("a killed harness", () => {
  const CHILD = join(import.meta.dirname, "writing-child.suite.ts");

  /** Starts a writing process and kills it when `killAt` says so; gives the rows it called safe. */
  async function killWriting(
    access: Access,
    runId: string,
    killAt: (safeRows: number) => boolean,
  ): Promise<number> {
    const { url, username, database, spoolDir } = access;
    const child = spawn(
      process.execPath,
      ["--import", "tsx", CHILD, url, username, database, spoolDir, runId],
      {
        stdio: ["ignore", "pipe", "inherit"],
        env: { ...process.env, STORE_PASSWORD: access.password },
      },
    );
    let said = "";
    const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (killAt(lastWholeNumber(said))) child.kill("SIGKILL");
    });
    await gone;
    return lastWholeNumber(said);
  }

  it("keeps every flushed row exactly once, killed at any moment, server there or not", async () => {
    const access = freshAccess();
    await using proxy = await startProxy(access.url);
    const through = { ...access, url: proxy.url };
    const safe = new Map<string, number>();
    for (let round = 0; round < 4; round++) {
      const runId = `killed-${round}`;
      const killAfter = Math.floor(Math.random() * 1500) + 100;
      const awayAfter = round % 2 === 0 ? Number.POSITIVE_INFINITY : killAfter / 2;
      proxy.mode = "pass";
      const safeRows = await killWriting(through, runId, (rows) => {
        if (rows > awayAfter) proxy.mode = rows % 2 === 0 ? "away" : "lose-ack";
        return rows >= killAfter;
      });
      safe.set(runId, safeRows);
    }
    proxy.mode = "pass";
    await using writer = await openStoreWriter({ ...through, ...quick });
    await until(() => writer.health().spooledRows === 0);
    for (const [runId, safeRows] of safe) {
      expect(safeRows).toBeGreaterThan(0);
      expectExactlyOnce(await readNumbers(access, runId), safeRows);
    }
  });
});

describe("migrations", () => {
  it("can be applied again, and by several starters at once", async () => {
    const access = freshAccess();
    await Promise.all([migrate(access), migrate(access), migrate(access)]);
    await migrate(access);
    await using reader = openStoreReader(access);
    expect(await reader.listRuns(1)).toEqual([]);
  });

  it("refuse a database made by other migrations", async () => {
    const access = freshAccess();
    await migrate(access);
    const [first, ...rest] = await readMigrations();
    const changed = parseMigration(first?.name ?? "", "SELECT 1;\n");
    await expect(migrate(access, [changed, ...rest])).rejects.toMatchObject({
      code: "MIGRATION_CHANGED",
      message: expect.stringContaining("0001_runs.sql") as string,
    });
  });
});

describe("reading ClickHouse", () => {
  it("gives empty answers from a database that was never made", async () => {
    await using reader = openStoreReader(freshAccess());
    expect(await reader.listRuns(10)).toEqual([]);
    expect(await reader.readUnitUsage("home", NOW_MS)).toEqual([]);
  });

  it("says that the server is unreachable, without the password", async () => {
    const url = "http://someone:sesame@127.0.0.1:1";
    await using reader = openStoreReader({ url, username: "someone", password: "sesame" });
    const error: unknown = await reader.listRuns(1).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "STORE_UNREACHABLE" });
    expect(JSON.stringify([String(error), error])).not.toContain("sesame");
  });

  it("says that the password is wrong, without repeating it", async () => {
    await using reader = openStoreReader({ ...freshAccess(), password: "sesame" });
    const error: unknown = await reader.listRuns(1).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "STORE_REJECTED" });
    expect(String(error)).not.toContain("sesame");
  });

  it("gives back any number exactly", async () => {
    const access = freshAccess();
    await using writer = await openStoreWriter(access);
    await using reader = openStoreReader(access);
    const values = sample(double({ noNaN: true, noDefaultInfinity: true }), 500);
    const wanted = [...values, 0.1 + 0.2, 5e-324, Number.MAX_VALUE].map((value) => value + 0);
    for (const [index, value] of wanted.entries()) {
      writer.write("resources", resourceRow({ atMs: index + 1, value }));
    }
    await writer.flush();
    const rows = await reader.readResources("run-1", 0);
    expect(rows.map((row) => row.value)).toEqual(wanted);
  });
});
