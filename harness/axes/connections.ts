import { isIP } from "node:net";
import { LoadstoneError } from "../errors.ts";
import type { Clock } from "../load/clock.ts";
import type { MqttSession, SessionListener } from "../transport/mqtt/session.ts";
import { openSession } from "../transport/mqtt/session.ts";
import type { Workspace } from "../transport/mqtt/workspace.ts";
import type { UnitIdentity } from "./unit-source.ts";

export interface ConnectPlan {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** Name the certificate must be for; `host` is an address. */
  readonly serverName: string;
  readonly keepAliveSec: number;
  /** Unacknowledged publishes a Unit may have. */
  readonly maxInflight: number;
  /** Paced connects: an instance's listener accepts 20 a second by default. */
  readonly connectsPerSec: number;
  readonly connectTimeoutMs: number;
  readonly qos: 0 | 1 | 2;
  /** Read buffer and output chunks, shared by all sessions of a thread. */
  readonly workspace: Workspace;
}

/** How one Unit's connect went. */
export interface ConnectOutcome {
  readonly index: number;
  readonly connected: boolean;
  /** CONNECT to the last SUBACK, milliseconds. */
  readonly tookMs: number;
  readonly error: string | undefined;
}

/** Who listens to a session, and who keeps it once it has subscribed to everything. */
export interface SessionHome {
  listener(unit: UnitIdentity): SessionListener;
  adopt(unit: UnitIdentity, session: MqttSession): void;
}

/**
 * Connects and subscribes Units at a steady pace, whatever each connect takes. Refusals are
 * outcomes, not errors: the caller counts them.
 */
export async function connectUnits(
  units: readonly UnitIdentity[],
  plan: ConnectPlan,
  home: SessionHome,
  clock: Clock,
  signal: AbortSignal,
): Promise<ConnectOutcome[]> {
  const startedAtMs = clock.now();
  const pending: Promise<ConnectOutcome>[] = [];
  try {
    for (const [position, unit] of units.entries()) {
      await clock.sleepUntil(startedAtMs + (position * 1000) / plan.connectsPerSec, signal);
      const connecting = connectUnit(unit, plan, home, clock, signal);
      // It may fail while others are still being paced; it is awaited below all the same.
      connecting.catch(() => undefined);
      pending.push(connecting);
    }
    return await Promise.all(pending);
  } catch (error) {
    await Promise.allSettled(pending);
    throw error;
  }
}

async function connectUnit(
  unit: UnitIdentity,
  plan: ConnectPlan,
  home: SessionHome,
  clock: Clock,
  signal: AbortSignal,
): Promise<ConnectOutcome> {
  const startedAtMs = clock.now();
  const outcome = (error?: string): ConnectOutcome => ({
    index: unit.index,
    connected: error === undefined,
    tookMs: clock.now() - startedAtMs,
    error,
  });
  let session: MqttSession | undefined;
  const leave = () => session?.destroy();
  signal.addEventListener("abort", leave);
  try {
    session = await openSession(
      {
        host: plan.host,
        port: plan.port,
        ...(plan.tls ? { tls: tlsOptions(plan.serverName) } : {}),
        clientId: unit.clientId,
        ...(unit.username === undefined ? {} : { username: unit.username }),
        ...(unit.password === undefined ? {} : { password: unit.password }),
        keepAliveSec: plan.keepAliveSec,
        cleanSession: true,
        protocol: 4,
        maxInflight: plan.maxInflight,
        workspace: plan.workspace,
        connectTimeoutMs: plan.connectTimeoutMs,
      },
      home.listener(unit),
      signal,
    );
    for (const topic of [...unit.commandTopics, ...unit.listenTopics]) {
      const codes = await session.subscribe([topic], plan.qos);
      if (codes.some((code) => code >= 0x80)) {
        session.destroy();
        return outcome("subscribe-denied");
      }
    }
    // At once: a session that closes from here on must be known.
    home.adopt(unit, session);
    return outcome();
  } catch (error) {
    session?.destroy();
    if (signal.aborted) throw error;
    if (hasErrno(error, "EMFILE")) throw fileLimitError();
    return outcome(error instanceof Error ? error.message : String(error));
  } finally {
    signal.removeEventListener("abort", leave);
  }
}

/** A certificate is for a name; an address can only be checked as one. */
export const tlsOptions = (serverName: string) =>
  isIP(serverName) === 0 ? { servername: serverName } : {};

function hasErrno(error: unknown, code: string): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ("code" in at && at.code === code) return true;
    if (at.message.includes(code)) return true;
  }
  return false;
}

export const fileLimitError = (): LoadstoneError =>
  new LoadstoneError("FILE_LIMIT_TOO_LOW", "this process may not open any more sockets", {
    hint: "raise the limit with `ulimit -n 65536` in this shell, or ask for fewer Units",
  });
