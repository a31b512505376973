import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { LoadstoneError } from "../errors.ts";
import { abortReason, pause } from "../load/clock.ts";
import type { World } from "../world.ts";
import { childEnvironment } from "./child-environment.ts";
import { EXIT_WITH_PARENT, isOver, ROOT, stopGroup } from "./processes.ts";

export const NEXT = createRequire(import.meta.url).resolve("next/dist/bin/next");

const SOURCES = ["dashboard", "harness/store", "grader", "reports"] as const;
/** Relative to their folder; a folder ends in a slash. */
const NOT_BUILT = /^(\.next\/|next-env\.d\.ts$|test\/)|\.test\./;
const STAMP = join(ROOT, "dashboard", ".next", "loadstone-build");
/** How long another process may take to build the same. */
const OTHER_BUILD_WITHIN_MS = 180_000;
/** So long its result is waited for, before we try to take its place. */
const OTHER_TURN_MS = 20_000;
const LOOK_AGAIN_MS = 500;

/** Builds the dashboard unless the build there is of these very sources. */
export async function buildDashboard(
  world: World,
  say: (line: string) => void,
  signal: AbortSignal = world.signal,
): Promise<void> {
  const fingerprint = await fingerprintOf(SOURCES);
  const giveUpAtMs = world.clock.now() + OTHER_BUILD_WITHIN_MS;
  for (let hasWaited = false; ; hasWaited = true) {
    if (await isBuilt(fingerprint)) return;
    if (!hasWaited) say("building the dashboard, once …");
    // A build cut short must not pass for the one it was to replace.
    await rm(STAMP, { force: true }).catch(() => undefined);
    const { built, output } = await runBuild(world.env, signal);
    if (built) return writeStamp(fingerprint);
    if (!isLocked(output) || world.clock.now() > giveUpAtMs) throw buildFailure(output);
    if (!hasWaited) say("another build of the dashboard is under way: waiting for it …");
    await otherBuild(world, fingerprint, signal);
  }
}

const isBuilt = async (fingerprint: string): Promise<boolean> =>
  (await readFile(STAMP, "utf8").catch(() => "")) === fingerprint;

/** Resolves when the other build is done, or may have failed: trying at once would only repeat it. */
async function otherBuild(world: World, fingerprint: string, signal: AbortSignal): Promise<void> {
  const untilMs = world.clock.now() + OTHER_TURN_MS;
  while (world.clock.now() < untilMs && !(await isBuilt(fingerprint))) {
    await pause(world.clock, LOOK_AGAIN_MS, signal);
  }
}

async function runBuild(
  env: World["env"],
  signal: AbortSignal,
): Promise<{ readonly built: boolean; readonly output: string }> {
  if (signal.aborted) throw abortReason(signal);
  const child = spawn(
    process.execPath,
    ["--import", EXIT_WITH_PARENT, NEXT, "build", "dashboard"],
    {
      cwd: ROOT,
      env: childEnvironment(env, {
        NODE_ENV: "production",
        NEXT_TELEMETRY_DISABLED: "1",
        NO_COLOR: "1",
      }),
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      detached: true,
    },
  );
  const parts: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (part: Buffer) => parts.push(part));
  }
  const stop = () => stopGroup(child);
  signal.addEventListener("abort", stop, { once: true });
  try {
    await new Promise<void>((resolve) => {
      child.once("close", () => resolve());
      child.on("error", (error) => {
        parts.push(Buffer.from(error.message));
        if (isOver(child)) resolve();
      });
    });
  } finally {
    signal.removeEventListener("abort", stop);
  }
  if (signal.aborted) throw abortReason(signal);
  return { built: child.exitCode === 0, output: Buffer.concat(parts).toString("utf8") };
}

async function writeStamp(fingerprint: string): Promise<void> {
  await writeFile(STAMP, fingerprint).catch((cause: unknown) => {
    throw buildFailure(String(cause));
  });
}

/** Next lets one build at a time into a folder. */
export const isLocked = (output: string): boolean =>
  /Another .*next build.* process is already running/.test(output);

/** What a failed build means to the person who wanted to see a dashboard. */
export function buildFailure(output: string): LoadstoneError {
  if (/ENOSPC|no space left on device/i.test(output)) {
    return new LoadstoneError("DISK_FULL", "the disk is full: the dashboard cannot be built", {
      hint: "free some space, or grade without the dashboard: `loadstone up --once`",
    });
  }
  const why = isLocked(output) ? "another `next build` holds dashboard/.next" : output.trim();
  return new LoadstoneError("DASHBOARD_BUILD_FAILED", `the dashboard does not build: ${why}`, {
    hint: "`loadstone up --once` grades without it",
  });
}

async function fingerprintOf(folders: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  hash.update(await readFile(join(ROOT, "package-lock.json")));
  for (const folder of folders) {
    const names = await sourcesIn(join(ROOT, folder));
    for (const name of names.toSorted()) {
      hash.update(name).update(await readFile(join(ROOT, folder, name)));
    }
  }
  return hash.digest("hex");
}

/** Names of the files a build reads; what it writes is not even looked at, for it may be changing. */
async function sourcesIn(folder: string, inside = ""): Promise<string[]> {
  const names: string[] = [];
  for (const entry of await readdir(join(folder, inside), { withFileTypes: true })) {
    const name = `${inside}${entry.name}`;
    if (NOT_BUILT.test(entry.isDirectory() ? `${name}/` : name)) continue;
    if (entry.isFile()) names.push(name);
    else if (entry.isDirectory()) names.push(...(await sourcesIn(folder, `${name}/`)));
  }
  return names;
}
