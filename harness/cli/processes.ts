import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { World } from "../world.ts";
import { childEnvironment } from "./child-environment.ts";

/** Root of the checkout. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** `--import` this into a program that is not ours: it then ends when our IPC channel closes. */
export const EXIT_WITH_PARENT = new URL("exit-with-parent.mjs", import.meta.url).href;

const KILL_AFTER_MS = 5000;
const LAST_LINES = 20;

/** A process of ours, stopped when disposed and gone when we are. */
export interface ChildService extends AsyncDisposable {
  readonly process: ChildProcess;
  /** Resolves with the first line of stdout; rejects when the process ends before it. */
  readonly firstLine: Promise<string>;
  /** Resolves once it has ended, whoever ended it. */
  readonly ended: Promise<ChildEnd>;
}

export interface ChildEnd {
  /** A signal, an exit code, or why it could not be started. */
  readonly how: string;
  /** The last lines of stderr. */
  readonly errors: readonly string[];
}

/**
 * Starts a TypeScript entry of ours in a process of its own. It gets its own process group, so that
 * Ctrl-C reaches only us and we stop it in order; it ends by itself when our IPC channel closes.
 */
export function startService(
  entry: URL,
  args: readonly string[],
  env: World["env"],
  log: (line: string) => void,
): ChildService {
  const child = spawn(
    process.execPath,
    ["--import", import.meta.resolve("tsx"), fileURLToPath(entry), ...args],
    { stdio: ["ignore", "pipe", "pipe", "ipc"], detached: true, env: childEnvironment(env) },
  );
  return serviceOf(child, log);
}

export function serviceOf(child: ChildProcess, log: (line: string) => void): ChildService {
  const errors: string[] = [];
  const lines = child.stdout === null ? undefined : createInterface({ input: child.stdout });
  if (child.stderr !== null) {
    createInterface({ input: child.stderr }).on("line", (line) => {
      errors.push(line);
      if (errors.length > LAST_LINES) errors.shift();
      log(line);
    });
  }
  const ended = endOf(child, errors);
  const firstLine = new Promise<string>((resolve, reject) => {
    lines?.once("line", (line) => {
      resolve(line);
      lines.on("line", log); // The first one may carry a password.
    });
    void ended.then(({ how }) => reject(new Error(`ended with ${how}: ${errors.join("\n")}`)));
  });
  // Whoever needs it awaits it; an early end must not crash those who do not.
  firstLine.catch(() => undefined);
  return { process: child, firstLine, ended, [Symbol.asyncDispose]: () => stop(child) };
}

/** `close` and not `exit`: only then has all of stderr been read. */
const endOf = (child: ChildProcess, errors: readonly string[]): Promise<ChildEnd> =>
  new Promise((resolve) => {
    child.on("error", (error) => {
      if (child.pid === undefined) resolve({ how: error.message, errors });
    });
    child.once("close", (code, signal) =>
      resolve({ how: signal ?? `exit code ${code ?? "unknown"}`, errors }),
    );
  });

export const isOver = (child: ChildProcess): boolean =>
  child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

async function stop(child: ChildProcess): Promise<void> {
  if (isOver(child)) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const force = setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS);
  await gone;
  clearTimeout(force);
}

/** Ends a process started with `detached` and all that it started in turn. */
export function stopGroup(child: ChildProcess): void {
  killGroup(child, "SIGTERM");
  const force = setTimeout(() => killGroup(child, "SIGKILL"), KILL_AFTER_MS);
  child.once("close", () => clearTimeout(force));
}

function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: all of it has ended.
  }
}
