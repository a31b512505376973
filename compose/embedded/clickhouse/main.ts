/** The child process that holds the chDB engine; supervise.ts starts it and speaks IPC to it. */
import { once } from "node:events";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { EmbeddedError, type EmbeddedErrorCode } from "../error.ts";
import { type Engine, openEngine } from "./engine.ts";
import { takeLock } from "./lock.ts";
import { type ChildMessage, HOST, StartMessage } from "./protocol.ts";
import { type ClickHouseServer, serve } from "./server.ts";

interface Running {
  readonly engine: Engine;
  readonly server: ClickHouseServer;
  readonly message: ChildMessage;
}

/** How long a stop may take. Every acknowledged row is safe already, so the rest is tidiness. */
const STOP_WITHIN_MS = 3000;

async function start(message: StartMessage): Promise<Running | undefined> {
  const { dataDir, port, password } = message;
  const lock = await takeLock(dataDir, message);
  if (lock === undefined) return undefined;
  const spoolDirectory = join(dataDir, "spool");
  await rm(spoolDirectory, { recursive: true, force: true }); // left over from a crash
  await mkdir(spoolDirectory, { mode: 0o700 });
  const engine = await openEngine(join(dataDir, "engine"));
  const server = await serve({ engine, spoolDirectory, password, port });
  const url = `http://${HOST}:${server.port}`;
  await lock.publish({ url, version: engine.version });
  return { engine, server, message: { kind: "ready", url, version: engine.version } };
}

async function stop(running: Running | undefined): Promise<never> {
  // A query in the engine can hold up an orderly end for as long as it likes.
  setTimeout(() => process.kill(process.pid, "SIGKILL"), STOP_WITHIN_MS);
  await running?.server.close();
  running?.engine.close();
  process.exit(0);
}

function describeFailure(error: unknown, port: number): ChildMessage {
  const [code, message] = explain(error, port);
  return { kind: "failed", code, message };
}

function explain(error: unknown, port: number): readonly [EmbeddedErrorCode, string] {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof EmbeddedError) return [error.code, message];
  const { code, syscall } = Object(error) as NodeJS.ErrnoException;
  if (syscall === "listen")
    return ["PORT_TAKEN", `Port ${port} on ${HOST} cannot be listened on: ${message}`];
  if (code === "ENOSPC" || code === "EDQUOT" || /No space left/i.test(message))
    return ["DISK_FULL", `No space left to open the data directory: ${message}`];
  return ["EMBEDDED_CLICKHOUSE_CRASHED", `The embedded ClickHouse cannot start: ${message}`];
}

function send(answer: ChildMessage): void {
  // A parent that is gone gets no answer; what follows will notice.
  process.send?.(answer, undefined, {}, () => {});
}

async function main(message: StartMessage): Promise<void> {
  let running: Running | undefined;
  try {
    running = await start(message);
    send(running?.message ?? { kind: "held" });
  } catch (error) {
    send(describeFailure(error, message.port));
  }
  // The parent closes the channel when it is done; the kernel does when the parent was killed.
  if (process.connected) await once(process, "disconnect");
  await stop(running);
}

// Ctrl-C and service managers signal the whole group. The parent then still has rows to store, so
// it is the parent that ends this process, by closing the channel.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
// The log's reader may have gone first.
for (const output of [process.stdout, process.stderr]) output.on("error", () => {});
process.once("message", (message) => void main(StartMessage.parse(message)));
