import { randomBytes } from "node:crypto";
import { realpath } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { EmbeddedError } from "../error.ts";
import { borrow } from "./borrow.ts";
import { type Child, startChild } from "./child.ts";
import { findHolder, type Holder, letGo, makeDataDirectory } from "./lock.ts";
import { answers } from "./probe.ts";
import { type StartMessage, USERNAME } from "./protocol.ts";
import { keepRunning } from "./restart.ts";

/** A ClickHouse on loopback, for the unmodified `@clickhouse/client`. */
export interface EmbeddedClickHouse extends AsyncDisposable {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** The process that serves now; another one after a crash. */
  readonly pid: number;
  readonly version: string;
  /** True when another opener's server was found: closing leaves it alone while that one lives. */
  readonly reused: boolean;
  close(): Promise<void>;
}

export interface EmbeddedClickHouseOptions {
  readonly dataDir: string;
  /** 0, the default, takes any free port. A server found running keeps the port it has. */
  readonly port?: number;
  /** Receives what the child prints, and restarts. */
  readonly log?: (line: string) => void;
}

/** How long another opener's server may take to start or restart. */
const OTHER_READY_WITHIN_MS = 30_000;
const LOOK_AGAIN_MS = 50;

/** Opens the ClickHouse of a data directory, starting it unless it already runs. */
export async function openEmbeddedClickHouse(
  options: EmbeddedClickHouseOptions,
): Promise<EmbeddedClickHouse> {
  const { port = 0, log = () => {} } = options;
  const dataDir = await prepareDirectory(options.dataDir);
  const giveUpAt = performance.now() + OTHER_READY_WITHIN_MS;
  for (;;) {
    const holder = await findHolder(dataDir);
    if (holder === undefined) {
      const server = await start({ dataDir, port, log, password: randomPassword() });
      if (server !== undefined) return server;
    } else {
      const { server, password } = holder;
      if (server !== undefined && (await answers(server.url, password)))
        return reuse(holder, server, { dataDir, log });
    }
    // Another opener has the directory, but its server is not ready yet.
    if (performance.now() > giveUpAt) throw busy(dataDir, holder);
    await delay(LOOK_AGAIN_MS);
  }
}

async function start(options: Required<EmbeddedClickHouseOptions> & { readonly password: string }) {
  const { dataDir, port, log, password } = options;
  const supervisorPid = process.pid;
  const message = { kind: "start", dataDir, port, password, supervisorPid } as const;
  try {
    const child = await startChild(message, log);
    return child && own(child, message, log);
  } catch (error) {
    await letGo(dataDir, password);
    throw error;
  }
}

/** 192 random bits, in characters that mean nothing in a URL or a shell. */
const randomPassword = () => randomBytes(24).toString("base64url");

async function prepareDirectory(dataDir: string): Promise<string> {
  try {
    await makeDataDirectory(dataDir);
    return await realpath(dataDir);
  } catch (cause) {
    const full = /ENOSPC|EDQUOT/.test(String(cause));
    throw new EmbeddedError(
      full ? "DISK_FULL" : "DATA_DIRECTORY_BUSY",
      `Cannot use the data directory ${dataDir}: ${String(cause)}`,
      full ? { cause } : { cause, hint: "Choose a data directory that you own." },
    );
  }
}

function busy(dataDir: string, holder: Holder | undefined): EmbeddedError {
  const who = holder === undefined ? "another process" : `process ${holder.child.pid}`;
  return new EmbeddedError(
    "DATA_DIRECTORY_BUSY",
    `The data directory ${dataDir} belongs to ${who}, which does not answer`,
  );
}

function reuse(
  { child, password }: Holder,
  server: NonNullable<Holder["server"]>,
  { dataDir, log }: Pick<Required<EmbeddedClickHouseOptions>, "dataDir" | "log">,
): EmbeddedClickHouse {
  const port = Number(new URL(server.url).port);
  const again = { dataDir, port, log, password };
  const borrowed = borrow({ dataDir, log, pid: child.pid, start: () => start(again) });
  const close = () => borrowed.close();
  return {
    ...server,
    username: USERNAME,
    password,
    get pid() {
      return borrowed.pid;
    },
    reused: true,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function own(first: Child, message: StartMessage, log: (line: string) => void): EmbeddedClickHouse {
  const kept = keepRunning(first, message, log);
  const close = async () => {
    await kept.stop();
    await letGo(message.dataDir, message.password);
  };
  return {
    url: first.url,
    username: USERNAME,
    password: message.password,
    version: first.version,
    reused: false,
    get pid() {
      return kept.pid;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
