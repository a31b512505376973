import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { ClickHouseAccess } from "#harness/store/clickhouse-client.ts";
import { LoadstoneError } from "../errors.ts";
import { pause } from "../load/clock.ts";
import type { World } from "../world.ts";
import { childEnvironment } from "./child-environment.ts";
import { NEXT } from "./dashboard-build.ts";
import { type ChildService, EXIT_WITH_PARENT, isOver, ROOT, serviceOf } from "./processes.ts";

const READY_WITHIN_MS = 30_000;
const ASK_AGAIN_MS = 100;

interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export interface Dashboard extends AsyncDisposable {
  readonly url: string;
  /** Resolves when it stops serving, by our will or its own; the latter has been said. */
  readonly ended: Promise<void>;
}

/** Serves the built dashboard on a port, reading the given ClickHouse. */
export async function serveDashboard(
  world: World,
  access: ClickHouseAccess,
  at: ListenAddress,
): Promise<Dashboard> {
  const port = await freePort(at);
  const service = startNext(world, access, { host: at.host, port });
  const url = urlOf(at.host, port);
  let isStopping = false;
  const close = async () => {
    isStopping = true;
    await service[Symbol.asyncDispose]();
  };
  try {
    await answering(world, service, url);
  } catch (error) {
    await close();
    throw error;
  }
  const ended = service.ended.then(({ how, errors }) => {
    if (isStopping) return;
    world.warn(["the dashboard ended by itself:", how, ...errors].join("\n"));
  });
  return { url, ended, [Symbol.asyncDispose]: close };
}

function startNext(world: World, access: ClickHouseAccess, at: ListenAddress): ChildService {
  const next = [NEXT, "start", "dashboard", "--port", String(at.port), "--hostname", at.host];
  const child = spawn(process.execPath, ["--import", EXIT_WITH_PARENT, ...next], {
    cwd: ROOT,
    env: childEnvironment(world.env, {
      NODE_ENV: "production",
      NEXT_TELEMETRY_DISABLED: "1",
      LOADSTONE_CLICKHOUSE_URL: access.url,
      LOADSTONE_CLICKHOUSE_USER: access.username,
      LOADSTONE_CLICKHOUSE_PASSWORD: access.password,
      LOADSTONE_CLICKHOUSE_DATABASE: access.database ?? "loadstone",
    }),
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    detached: true,
  });
  return serviceOf(child, () => {});
}

/** Resolves once this very process answers; throws when it ends, or takes too long. */
async function answering(world: World, service: ChildService, url: string): Promise<void> {
  const over = new AbortController();
  const failed = service.ended.then(({ how, errors }) => {
    throw dashboardFailure(`the dashboard ended while starting (${how}): ${errors.join("\n")}`);
  });
  const signal = AbortSignal.any([world.signal, over.signal]);
  const late = pause(world.clock, READY_WITHIN_MS, signal).then(() => {
    throw dashboardFailure(`the dashboard does not answer at ${url}`);
  });
  const answered = (async () => {
    // Next writes its first line when it listens: before that, whoever answers is another.
    await service.firstLine.catch(() => failed);
    await firstAnswer(world, url, signal);
  })();
  const all = [failed, late, answered];
  // Those that lose are cut short below, and what they then say is of no interest.
  for (const each of all) each.catch(() => undefined);
  try {
    await Promise.race(all);
    if (isOver(service.process)) await failed;
  } finally {
    over.abort();
  }
}

async function firstAnswer(world: World, url: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await fetch(url, { method: "HEAD", signal });
      return;
    } catch {
      await pause(world.clock, ASK_AGAIN_MS, signal);
    }
  }
}

const dashboardFailure = (message: string): LoadstoneError =>
  new LoadstoneError("DASHBOARD_FAILED", message, {
    hint: "`loadstone up --once` grades without it",
  });

/** What a browser is told; an IPv6 address goes in brackets. */
export const urlOf = (host: string, port: number): string =>
  `http://${host.includes(":") ? `[${host}]` : host}:${port}`;

/** The port asked for, or any free one for 0; one that cannot be had is an error that says why. */
export async function freePort(at: ListenAddress): Promise<number> {
  const server = createServer();
  try {
    server.listen(at.port, at.host);
    await once(server, "listening");
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : at.port;
  } catch (cause) {
    throw cannotListen(at, cause);
  } finally {
    server.close();
  }
}

/** Why nothing can listen there, by the system's own word. */
export function cannotListen({ host, port }: ListenAddress, cause: unknown): LoadstoneError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  const invalid = (message: string, hint: string) =>
    new LoadstoneError("CONFIG_INVALID", message, { cause, hint });
  switch (code) {
    case "EADDRINUSE":
      return new LoadstoneError("PORT_TAKEN", `port ${port} on ${host} is taken`, {
        cause,
        hint: "choose another with --port, or 0 for any free one",
      });
    case "EACCES":
      return invalid(
        `this user may not listen on port ${port}`,
        "choose a port above 1023 with --port, or 0 for any free one",
      );
    case "EADDRNOTAVAIL":
      return invalid(
        `this machine has no address ${host}`,
        "choose one of its own with --host; 127.0.0.1 is always one",
      );
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return invalid(`the host name ${host} has no address`, "check the spelling of --host");
    default:
      return invalid(`cannot listen on ${urlOf(host, port)}: ${why}`, "see --port and --host");
  }
}
