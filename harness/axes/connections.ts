import { LoadstoneError } from "../errors.ts";
import { type Clock, pause } from "../load/clock.ts";
import type { MqttSession, SessionListener } from "../transport/mqtt/session.ts";
import { openSession } from "../transport/mqtt/session.ts";
import type { Workspace } from "../transport/mqtt/workspace.ts";
import type { UnitIdentity } from "./unit-source.ts";

export interface ConnectPlan {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
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
  readonly session: MqttSession | undefined;
  /** CONNECT to the last SUBACK, milliseconds. */
  readonly tookMs: number;
  readonly error: string | undefined;
}

/**
 * Connects and subscribes Units at a steady pace, whatever each connect takes. Refusals are
 * outcomes, not errors: the caller counts them.
 */
export async function connectUnits(
  units: readonly UnitIdentity[],
  plan: ConnectPlan,
  listenerOf: (unit: UnitIdentity) => SessionListener,
  clock: Clock,
  signal: AbortSignal,
): Promise<ConnectOutcome[]> {
  const startedAtMs = clock.now();
  const pending: Promise<ConnectOutcome>[] = [];
  for (const [position, unit] of units.entries()) {
    await clock.sleepUntil(startedAtMs + (position * 1000) / plan.connectsPerSec, signal);
    pending.push(connectUnit(unit, plan, listenerOf(unit), clock, signal));
  }
  return Promise.all(pending);
}

async function connectUnit(
  unit: UnitIdentity,
  plan: ConnectPlan,
  listener: SessionListener,
  clock: Clock,
  signal: AbortSignal,
): Promise<ConnectOutcome> {
  const startedAtMs = clock.now();
  const outcome = (session: MqttSession | undefined, error: string | undefined) => ({
    index: unit.index,
    session,
    tookMs: clock.now() - startedAtMs,
    error,
  });
  try {
    const session = await openSession(
      {
        host: plan.host,
        port: plan.port,
        ...(plan.tls ? { tls: { servername: plan.host } } : {}),
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
      listener,
      signal,
    );
    for (const topic of [...unit.commandTopics, ...unit.listenTopics]) {
      const codes = await session.subscribe([topic], plan.qos);
      if (codes.some((code) => code >= 0x80)) {
        session.destroy();
        return outcome(undefined, "subscribe-denied");
      }
    }
    return outcome(session, undefined);
  } catch (error) {
    if (signal.aborted) throw error;
    if (hasErrno(error, "EMFILE")) throw fileLimitError();
    return outcome(undefined, error instanceof Error ? error.message : String(error));
  }
}

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

/** Lets a moment pass for connections that a broker closes right after accepting them. */
export const settleConnections = (clock: Clock, signal: AbortSignal): Promise<void> =>
  pause(clock, 200, signal);
