import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Root of the checkout. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** A process of ours, stopped when disposed and gone when we are. */
export interface ChildService extends AsyncDisposable {
  readonly process: ChildProcess;
  /** Resolves with the first line of stdout; rejects when the process ends before it. */
  readonly firstLine: Promise<string>;
}

/**
 * Starts a TypeScript entry of ours in a process of its own. It gets its own process group, so that
 * Ctrl-C reaches only us and we stop it in order; it ends by itself when our IPC channel closes.
 */
export function startService(
  entry: URL,
  args: readonly string[],
  log: (line: string) => void,
): ChildService {
  const child = spawn(
    process.execPath,
    ["--import", import.meta.resolve("tsx"), fileURLToPath(entry), ...args],
    { stdio: ["ignore", "pipe", "pipe", "ipc"], detached: true },
  );
  return serviceOf(child, log);
}

export function serviceOf(child: ChildProcess, log: (line: string) => void): ChildService {
  const errors: string[] = [];
  const lines = child.stdout === null ? undefined : createInterface({ input: child.stdout });
  if (child.stderr !== null) {
    createInterface({ input: child.stderr }).on("line", (line) => {
      errors.push(line);
      if (errors.length > 20) errors.shift();
      log(line);
    });
  }
  const firstLine = new Promise<string>((resolve, reject) => {
    lines?.once("line", resolve);
    child.once("error", reject);
    child.once("exit", (code, signal) =>
      reject(new Error(`ended with ${code ?? signal ?? "no code"}: ${errors.join("\n")}`)),
    );
  });
  lines?.on("line", log);
  // Whoever needs it awaits it; an early end must not crash those who do not.
  firstLine.catch(() => undefined);
  return {
    process: child,
    firstLine,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      const force = setTimeout(() => child.kill("SIGKILL"), 5000);
      await gone;
      clearTimeout(force);
    },
  };
}
