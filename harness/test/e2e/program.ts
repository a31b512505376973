import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ROOT } from "../../cli/processes.ts";

/** The program as a user starts it, in a process of its own. */
export interface RunningProgram {
  readonly process: ChildProcess;
  readonly stdout: string[];
  readonly stderr: string[];
  /** Resolves with the first line, on either stream, that matches. Rejects when it ends before. */
  line(pattern: RegExp): Promise<string>;
  /** Exit code and, when killed, the signal. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

export function startProgram(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): RunningProgram {
  const child = spawn(process.execPath, ["--import", "tsx", "harness/main.ts", ...args], {
    cwd: ROOT,
    env: { ...process.env, NO_COLOR: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stdout: string[] = [];
  const stderr: string[] = [];
  const waiting = new Set<(line: string) => void>();
  const collect = (into: string[]) => (line: string) => {
    into.push(line);
    for (const look of waiting) look(line);
  };
  createInterface({ input: child.stdout }).on("line", collect(stdout));
  createInterface({ input: child.stderr }).on("line", collect(stderr));
  const ended = once(child, "close").then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
  }));
  return {
    process: child,
    stdout,
    stderr,
    ended,
    line: (pattern) =>
      new Promise((resolve, reject) => {
        const found = [...stdout, ...stderr].find((line) => pattern.test(line));
        if (found !== undefined) {
          resolve(found);
          return;
        }
        const look = (line: string) => {
          if (!pattern.test(line)) return;
          waiting.delete(look);
          resolve(line);
        };
        waiting.add(look);
        void ended.then(() => {
          reject(
            new Error(`ended without ${String(pattern)}:\n${[...stdout, ...stderr].join("\n")}`),
          );
        });
      }),
  };
}

/** Runs the program to its end. */
export async function runToEnd(args: readonly string[], env: Readonly<Record<string, string>>) {
  const program = startProgram(args, env);
  const { code } = await program.ended;
  return { code, stdout: program.stdout.join("\n"), stderr: program.stderr.join("\n") };
}

/** A data directory that is gone after use. */
export async function dataDirectory(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "loadstone-e2e-"));
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}
