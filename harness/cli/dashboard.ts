import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { join } from "node:path";
import type { ClickHouseAccess } from "#harness/store/clickhouse-client.ts";
import { LoadstoneError } from "../errors.ts";
import type { World } from "../world.ts";
import { ROOT, serviceOf } from "./processes.ts";

const SOURCES = ["dashboard", "harness/store", "grader", "reports"] as const;
const NOT_BUILT = /^(\.next|next-env\.d\.ts|test\/)|\.test\./;
const STAMP = join(ROOT, "dashboard", ".next", "loadstone-build");
const NEXT = createRequire(import.meta.url).resolve("next/dist/bin/next");
const READY_WITHIN_MS = 30_000;

export interface Dashboard extends AsyncDisposable {
  readonly url: string;
}

/** Builds the dashboard unless the build there is of these very sources. */
export async function buildDashboard(say: (line: string) => void): Promise<void> {
  const fingerprint = await fingerprintOf(SOURCES);
  if ((await readFile(STAMP, "utf8").catch(() => "")) === fingerprint) return;
  say("building the dashboard, once …");
  const child = spawn(process.execPath, [NEXT, "build", "dashboard"], {
    cwd: ROOT,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) {
    throw new Error(`the dashboard does not build:\n${Buffer.concat(output).toString("utf8")}`);
  }
  await writeFile(STAMP, fingerprint);
}

/** Serves the dashboard on a port, reading the given ClickHouse. */
export async function serveDashboard(
  world: World,
  access: ClickHouseAccess,
  at: { readonly host: string; readonly port: number },
): Promise<Dashboard> {
  const port = await freePort(at);
  const child = spawn(
    process.execPath,
    [NEXT, "start", "dashboard", "--port", String(port), "--hostname", at.host],
    {
      cwd: ROOT,
      env: {
        ...process.env,
        NODE_ENV: "production",
        NEXT_TELEMETRY_DISABLED: "1",
        LOADSTONE_CLICKHOUSE_URL: access.url,
        LOADSTONE_CLICKHOUSE_USER: access.username,
        LOADSTONE_CLICKHOUSE_PASSWORD: access.password,
        LOADSTONE_CLICKHOUSE_DATABASE: access.database ?? "loadstone",
      },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      detached: true,
    },
  );
  const service = serviceOf(child, () => {});
  const url = `http://${at.host}:${port}`;
  await Promise.race([
    answering(url, world),
    once(child, "exit").then(() => service.firstLine.then(() => undefined)),
  ]);
  return { url, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
}

async function answering(url: string, world: World): Promise<void> {
  const until = world.clock.now() + READY_WITHIN_MS;
  for (;;) {
    try {
      await fetch(url, { method: "HEAD" });
      return;
    } catch (cause) {
      if (world.clock.now() > until) {
        throw new Error(`the dashboard does not answer at ${url}`, { cause });
      }
    }
    await world.clock.sleepUntil(world.clock.now() + 100);
  }
}

/** The port asked for, or any free one for 0; a taken one is an error that names it. */
export async function freePort(at: { host: string; port: number }): Promise<number> {
  const server = createServer();
  try {
    server.listen(at.port, at.host);
    await once(server, "listening");
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : at.port;
  } catch (cause) {
    throw new LoadstoneError("PORT_TAKEN", `port ${at.port} on ${at.host} is taken`, {
      cause,
      hint: "choose another with --port, or 0 for any free one",
    });
  } finally {
    server.close();
  }
}

async function fingerprintOf(folders: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  hash.update(await readFile(join(ROOT, "package-lock.json")));
  for (const folder of folders) {
    const names = await readdir(join(ROOT, folder), { recursive: true });
    for (const name of names.toSorted()) {
      if (NOT_BUILT.test(name)) continue;
      const path = join(ROOT, folder, name);
      if (!(await stat(path)).isFile()) continue;
      hash.update(name).update(await readFile(path));
    }
  }
  return hash.digest("hex");
}
