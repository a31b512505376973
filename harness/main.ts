import { lookup } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { EmbeddedError } from "#compose/embedded/error.ts";
import { StoreError } from "#harness/store/error.ts";
import { runProgram } from "./cli/program.ts";
import { ERRORS, EXIT, LoadstoneError } from "./errors.ts";
import { systemClock } from "./load/clock.ts";
import type { World } from "./world.ts";

/** Composition root: the only place that touches the process itself. */

const SAME_INTERRUPT_MS = 1000;

function openWorld(): World {
  const stop = new AbortController();
  const hurry = new AbortController();
  let askedAtMs = -Infinity;
  const interrupt = () => {
    // One Ctrl-C may come twice: from the terminal, and passed on by npm or timeout.
    const again = performance.now() - askedAtMs < SAME_INTERRUPT_MS;
    askedAtMs = performance.now();
    if (again) return;
    const controller = stop.signal.aborted ? hurry : stop;
    controller.abort(new LoadstoneError("INTERRUPTED", "interrupted"));
  };
  // A reader that went away (a closed pipe or terminal) must not stop the clean-up.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupt);
  return {
    argv: process.argv.slice(2),
    env: process.env,
    cwd: process.cwd(),
    clock: systemClock,
    lookup: async (hostname) => {
      const found = await lookup(hostname, { all: true });
      return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));
    },
    out: (text) => process.stdout.write(text),
    warn: (text) => process.stderr.write(`${text}\n`),
    terminal: process.stderr.isTTY
      ? {
          get columns() {
            return process.stderr.columns;
          },
          write: (text) => process.stderr.write(text),
        }
      : undefined,
    signal: stop.signal,
    hurry: hurry.signal,
    fileLimit: fileLimit(),
  };
}

/** Node raises the soft limit to the hard one at start; this reads what it got. */
function fileLimit(): number | undefined {
  try {
    const limits = readFileSync("/proc/self/limits", "utf8");
    const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}

/** Exit codes of the embedded parts' and the store's own errors. */
const OTHER_EXITS: Readonly<Record<string, number>> = {
  EMBEDDED_CLICKHOUSE_MISSING: EXIT.invalidConfig,
  DATA_DIRECTORY_BUSY: EXIT.invalidConfig,
  PORT_TAKEN: EXIT.invalidConfig,
  PORT_NOT_ALLOWED: EXIT.invalidConfig,
  SANDBOX_CONFIG_INVALID: EXIT.invalidConfig,
};

async function main(world: World): Promise<number> {
  try {
    return await runProgram(world);
  } catch (error) {
    const code = explain(world, firstOf(error));
    return world.signal.aborted ? EXIT.interrupted : code;
  }
}

/** Says what went wrong and what to do; gives the exit code. */
function explain(world: World, error: unknown): number {
  if (error instanceof LoadstoneError) {
    if (error.code === "INTERRUPTED") return EXIT.interrupted;
    world.warn(`${error.code}: ${error.message}`);
    if (error.hint !== undefined) world.warn(error.hint);
    return ERRORS[error.code].exit;
  }
  if (error instanceof EmbeddedError || error instanceof StoreError) {
    world.warn(`${error.code}: ${error.message}\n${error.hint}`);
    return OTHER_EXITS[error.code] ?? EXIT.unreachable;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  world.warn(`internal error, please report it:\n${text}`);
  return EXIT.internal;
}

/** What went wrong first, where closing things then went wrong too (SuppressedError). */
function firstOf(error: unknown): unknown {
  let at = error;
  while (at instanceof Error && at.name === "SuppressedError" && "suppressed" in at) {
    at = at.suppressed;
  }
  return at;
}

const code = await main(openWorld());
// Output may still be in a pipe's buffer: let it drain before leaving.
process.exitCode = code;
process.stdout.write("", () => process.exit(code));
