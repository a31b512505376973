import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from "@clickhouse/client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { processIdentity } from "./process-identity.ts";
import { type EmbeddedClickHouse, openEmbeddedClickHouse } from "./supervise.ts";

let dataDir = "";
beforeEach(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), "loadstone-supervise-")), "data");
});
afterEach(async () => {
  for (const clean of cleaning.splice(0).toReversed()) await clean();
  await rm(join(dataDir, ".."), { recursive: true });
});

const cleaning: (() => unknown)[] = [];
const afterwards = (clean: () => unknown) => void cleaning.push(clean);

async function open(log?: (line: string) => void): Promise<EmbeddedClickHouse> {
  const server = await openEmbeddedClickHouse({ dataDir, ...(log === undefined ? {} : { log }) });
  afterwards(() => server.close());
  return server;
}

function connect({ url, username, password }: Address): ClickHouseClient {
  const log = { level: ClickHouseLogLevel.OFF };
  const client = createClient({ url, username, password, log });
  afterwards(() => client.close());
  return client;
}
type Address = Pick<EmbeddedClickHouse, "url" | "username" | "password">;

const isGone = async (pid: number) => (await processIdentity(pid)) === undefined;
const answers = (client: ClickHouseClient) => async () => (await client.ping()).success;

const CREATE = `CREATE TABLE IF NOT EXISTS batches (batch UInt32, row UInt32) ENGINE = MergeTree
  ORDER BY (batch, row) SETTINGS non_replicated_deduplication_window = 1000`;

const insertBatch = (client: ClickHouseClient, batch: number) =>
  client.insert({
    table: "batches",
    values: Array.from({ length: 10 }, (_, row) => ({ batch, row })),
    format: "JSONEachRow",
    clickhouse_settings: { insert_deduplication_token: `batch-${batch}` },
  });

async function storedBatches(client: ClickHouseClient): Promise<unknown> {
  const query = `SELECT count() AS c, uniqExact(batch) AS b, max(batch) AS last FROM batches`;
  return (await client.query({ query, format: "JSONCompactEachRow" })).json();
}

describe("opening", () => {
  it("serves on loopback, and only whoever knows the password", async () => {
    const server = await open();
    expect(server).toMatchObject({ reused: false, version: expect.stringMatching(/^\d+\.\d+/) });
    expect(new URL(server.url).hostname).toBe("127.0.0.1");
    expect((await fetch(`${server.url}/ping`)).status).toBe(200);
    for (const path of ["/", "/?query=SELECT%201", "/?query=SELECT%201&password=x"]) {
      const answer = await fetch(server.url + path);
      expect(answer.status).toBe(403);
      expect(await answer.text()).toContain("AUTHENTICATION_FAILED");
    }
  });

  it.runIf(process.platform === "linux")("shows the password to no other process", async () => {
    const { pid, password } = await open();
    for (const file of ["cmdline", "environ"])
      expect(await readFile(`/proc/${pid}/${file}`, "utf8")).not.toContain(password);
  });

  it("starts one server for many openers, and one that did not start it leaves it alone", async () => {
    const servers = await Promise.all(Array.from({ length: 4 }, () => open()));
    expect(servers.filter(({ reused }) => !reused)).toHaveLength(1);
    expect(new Set(servers.map(({ pid }) => pid))).toHaveProperty("size", 1);
    for (const server of servers) if (server.reused) await server.close();
    for (const server of servers) expect(await answers(connect(server))()).toBe(true);
  });

  it("is taken over by one of those that use it when its opener goes, at the same address", async () => {
    const owner = await open();
    const users = [await open(), await open()];
    const clients = users.map(connect);
    await clients[0]?.command({ query: CREATE });
    await owner.close();
    for (const client of clients) {
      await expect.poll(answers(client), { timeout: 20_000 }).toBe(true);
      await insertBatch(client, clients.indexOf(client));
    }
    await expect.poll(() => new Set(users.map(({ pid }) => pid)).size).toBe(1);
    expect(users[0]?.pid).not.toBe(owner.pid);
    const [first] = clients;
    if (first === undefined) throw new Error("no client");
    expect(await storedBatches(first)).toEqual([[20, 2, 1]]);
  });

  it("finds its data again, with another password", async () => {
    const first = await open();
    const before = connect(first);
    await before.command({ query: CREATE });
    await insertBatch(before, 1);
    await first.close();
    await expect.poll(() => isGone(first.pid)).toBe(true);
    const second = await open();
    expect(second).toMatchObject({ reused: false });
    expect(second.password).not.toBe(first.password);
    expect(await storedBatches(connect(second))).toEqual([[10, 1, 1]]);
  });

  it("says that a port is taken, and lets go of the directory", async () => {
    const other = createServer();
    other.listen(0, "127.0.0.1");
    await once(other, "listening");
    afterwards(() => other.close());
    const { port } = Object(other.address());
    await expect(openEmbeddedClickHouse({ dataDir, port })).rejects.toMatchObject({
      code: "PORT_TAKEN",
      message: expect.stringContaining(String(port)),
    });
    expect(await open()).toMatchObject({ reused: false });
  });

  it("leaves nothing of an INSERT behind in its spool", async () => {
    const client = connect(await open());
    await client.command({ query: CREATE });
    await insertBatch(client, 1);
    await expect(
      client.insert({ table: "nowhere", values: [{ a: 1 }], format: "JSONEachRow" }),
    ).rejects.toMatchObject({ code: "60" });
    expect(await readdir(join(dataDir, "spool"))).toEqual([]);
  });
});

describe("a crash", () => {
  it("loses no acknowledged row and stores no batch twice, however often it comes", async () => {
    const server = await open();
    const client = connect(server);
    await client.command({ query: CREATE });
    let acknowledged = 0;
    let killed = 0;
    while (acknowledged < 120) {
      const inserting = insertBatch(client, acknowledged + 1);
      // At another point of the insert each time.
      if (acknowledged === 25 * (killed + 1)) {
        killed += 1;
        for (let turn = 0; turn < killed * 40; turn++) await new Promise(setImmediate);
        process.kill(server.pid, "SIGKILL");
      }
      try {
        await inserting;
        acknowledged += 1;
      } catch {
        await vi.waitUntil(answers(client), { timeout: 10_000 });
      }
    }
    expect(killed).toBe(4);
    expect(await storedBatches(client)).toEqual([[1200, 120, 120]]);
  });

  it("is restarted on the same port with the same password, and told to the log", async () => {
    const lines: string[] = [];
    const server = await open((line) => lines.push(line));
    const client = connect(server);
    const { pid, url, password } = server;
    process.kill(pid, "SIGKILL");
    await expect.poll(() => server.pid, { timeout: 10_000 }).not.toBe(pid);
    expect(await answers(client)()).toBe(true);
    expect(server).toMatchObject({ url, password });
    expect(lines.join("\n")).toMatch(/SIGKILL.*restart 1 of 5/);
    expect(lines.join("\n")).not.toContain(password);
  });

  it("is waited for by the next opener, who then uses the restarted server", async () => {
    const server = await open();
    process.kill(server.pid, "SIGKILL");
    const { url, password } = server;
    expect(await open()).toMatchObject({ reused: true, url, password });
  });

  it("is not restarted for ever", async () => {
    const lines: string[] = [];
    const server = await open((line) => lines.push(line));
    for (let crash = 1; crash <= 5; crash++) {
      const { pid } = server;
      process.kill(pid, "SIGKILL");
      await vi.waitUntil(() => server.pid !== pid, { timeout: 20_000 });
    }
    process.kill(server.pid, "SIGKILL");
    await expect.poll(() => lines.at(-1)).toContain("EMBEDDED_CLICKHOUSE_CRASHED");
    await server.close();
  });

  it("ends in close() as well", async () => {
    const server = await open();
    process.kill(server.pid, "SIGKILL");
    await server.close();
    const next = await open();
    expect(next.reused).toBe(false);
  });
});

describe("the end of the opener", () => {
  it("ends the server, also with kill -9, and loses no acknowledged row", async () => {
    const opener = await startOpener();
    const client = connect(opener.server);
    await client.command({ query: CREATE });
    for (let batch = 1; batch <= 5; batch++) await insertBatch(client, batch);
    opener.process.kill("SIGKILL");
    await expect.poll(() => isGone(opener.server.pid), { timeout: 10_000 }).toBe(true);
    const next = await open();
    expect(next.reused).toBe(false);
    expect(await storedBatches(connect(next))).toEqual([[50, 5, 5]]);
  });

  it("is not brought about by Ctrl-C, which the server also gets", async () => {
    const server = await open();
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.kill(server.pid, signal);
    expect(await answers(connect(server))()).toBe(true);
  });

  it("leaves a lock that the next opener replaces when both were killed", async () => {
    const opener = await startOpener();
    opener.process.kill("SIGKILL");
    process.kill(opener.server.pid, "SIGKILL");
    const next = await open();
    expect(next.reused).toBe(false);
    expect(next.password).not.toBe(opener.server.password);
  });

  it("is another process's business when that one started the server", async () => {
    const opener = await startOpener();
    const second = await open();
    expect(second).toMatchObject({ reused: true, pid: opener.server.pid, url: opener.server.url });
    await second.close();
    expect(await answers(connect(opener.server))()).toBe(true);
  });
});

/** Another process, in another working directory, that opens the same data directory. */
async function startOpener(): Promise<{ process: ChildProcess; server: EmbeddedClickHouse }> {
  const module = JSON.stringify(new URL("supervise.ts", import.meta.url).href);
  const script = `
    const { openEmbeddedClickHouse } = await import(${module});
    const { url, username, password, pid } =
      await openEmbeddedClickHouse({ dataDir: ${JSON.stringify(dataDir)} });
    process.send({ url, username, password, pid });`;
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
  const opener = spawn(
    process.execPath,
    ["--import", tsx, "--input-type=module", "--eval", script],
    { cwd: "/", stdio: ["ignore", "inherit", "inherit", "ipc"] },
  );
  afterwards(() => opener.kill("SIGKILL"));
  const [server] = await once(opener, "message");
  return { process: opener, server };
}
