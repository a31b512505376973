import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { EmbeddedError } from "../error.ts";
import { ChildMessage, type StartMessage, THREADS } from "./protocol.ts";

/** A child that serves. */
export interface Child {
  readonly pid: number;
  readonly url: string;
  readonly version: string;
  /** How it ended, once it has: a signal or an exit code. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/** Starts a child and waits until it serves; undefined when another process has the directory. */
export async function startChild(
  message: StartMessage,
  log: (line: string) => void,
): Promise<Child | undefined> {
  const child = spawn(process.execPath, ["--import", TSX, MAIN], {
    cwd: message.dataDir,
    env: environment(),
    // chDB reads what it finds on fd 0 during an INSERT: "ignore" puts /dev/null there.
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  for (const output of [child.stdout, child.stderr])
    if (output !== null) createInterface(output).on("line", log);
  const ended = once(child, "exit").then(([code, signal]) => String(signal ?? `exit code ${code}`));
  child.send(message, () => {}); // a child that is gone already is told by `ended`
  const answer = await Promise.race([firstMessage(child), ended]);
  if (typeof answer === "string")
    throw new EmbeddedError(
      "EMBEDDED_CLICKHOUSE_CRASHED",
      `The embedded ClickHouse ended while starting: ${answer}`,
    );
  return toChild(child, answer, ended);
}

async function toChild(
  child: ChildProcess,
  answer: ChildMessage,
  ended: Promise<string>,
): Promise<Child | undefined> {
  const stop = async () => {
    if (child.connected) child.disconnect();
    await ended;
  };
  switch (answer.kind) {
    case "ready":
      return { pid: child.pid ?? 0, url: answer.url, version: answer.version, ended, stop };
    case "held":
      await stop();
      return undefined;
    case "failed":
      await stop();
      throw new EmbeddedError(answer.code, answer.message);
    default:
      return answer satisfies never;
  }
}

async function firstMessage(child: ChildProcess): Promise<ChildMessage> {
  const [message] = await once(child, "message");
  return ChildMessage.parse(message);
}

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
// Resolved from here, not from the working directory, which may be anywhere.
const TSX = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;

/** Only what a process needs to run: tokens in our environment are no business of the database. */
function environment(): NodeJS.ProcessEnv {
  const kept = PASSED_ON.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), UV_THREADPOOL_SIZE: String(THREADS) };
}
const PASSED_ON = ["PATH", "HOME", "TMPDIR", "TZ", "LANG", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"];
