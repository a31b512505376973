import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const NEXT = fileURLToPath(new URL("../../node_modules/next/dist/bin/next", import.meta.url));

/** Builds the dashboard unless the build it has is newer than every source. */
export async function buildDashboard(): Promise<void> {
  const builtMs = await changedMs(`${ROOT}/dashboard/.next/BUILD_ID`);
  const changes = await Promise.all((await sourceFiles()).map(changedMs));
  if (changes.every((changedAtMs) => changedAtMs <= builtMs)) return;
  await promisify(execFile)(process.execPath, [NEXT, "build", "dashboard"], { cwd: ROOT });
}

const FOLDERS = ["dashboard", "grader", "reports", "harness/store"];

async function sourceFiles(): Promise<readonly string[]> {
  const listed = await Promise.all(
    FOLDERS.map((folder) => readdir(join(ROOT, folder), { recursive: true, withFileTypes: true })),
  );
  return listed
    .flat()
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => /\.(ts|tsx|css|svg)$/.test(path))
    .filter((path) => !/node_modules|\.next|next-env|\.test\.|dashboard\/test\//.test(path));
}

async function changedMs(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch {
    return 0;
  }
}

export interface DashboardServer extends AsyncDisposable {
  readonly url: string;
  readonly child: ChildProcess;
}

/** Serves the built dashboard on a free loopback port. */
export async function startDashboard(
  env: Readonly<Record<string, string>>,
): Promise<DashboardServer> {
  const child = spawn(
    process.execPath,
    [NEXT, "start", "dashboard", "--hostname", "127.0.0.1", "--port", "0"],
    { cwd: ROOT, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] },
  );
  const said: string[] = [];
  child.stderr.on("data", (part: Buffer) => said.push(part.toString()));
  for await (const line of createInterface(child.stdout)) {
    said.push(line);
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    if (url === undefined) continue;
    return {
      url,
      child,
      [Symbol.asyncDispose]: async () => {
        child.kill();
        if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      },
    };
  }
  throw new Error(`next start said no address:\n${said.join("\n")}`);
}
