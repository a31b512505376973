import { setMaxListeners } from "node:events";
import { isIP } from "node:net";
import { abortReason, type Clock } from "../load/clock.ts";
import { socketFault } from "../machine/socket-fault.ts";
import { sourceOf, type SourceShare } from "../machine/source-addresses.ts";
import type { MqttSession, SessionListener, SessionOptions } from "../transport/mqtt/session.ts";
import { openSession } from "../transport/mqtt/session.ts";
import type { WebSocketPlace } from "../transport/mqtt/link.ts";
import type { Workspace } from "../transport/mqtt/workspace.ts";
import { classOfConnectFailure, SUBSCRIBE_DENIED } from "./connect-failure.ts";
import type { UnitIdentity } from "./unit-source.ts";

export interface ConnectPlan {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  /** Where the system's authorities do not do, or the broker asks for a certificate of ours. */
  readonly certificates?: Certificates;
  /** Present, even if empty: speak MQTT inside a WebSocket. */
  readonly websocket?: WebSocketPlace;
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
  /** Addresses the Units connect from; without them the system chooses. */
  readonly sources?: readonly SourceShare[];
}

/** How one Unit's connect went. */
export interface ConnectOutcome {
  readonly index: number;
  readonly connected: boolean;
  /** CONNECT to the last SUBACK, milliseconds. */
  readonly tookMs: number;
  /** The class of what went wrong. */
  readonly error: string | undefined;
}

/** Who listens to a session, and who keeps it once it has subscribed to everything. */
export interface SessionHome {
  /** Hears of all of them; a session's `id` is its Unit's index. */
  readonly listener: SessionListener;
  adopt(unit: UnitIdentity, session: MqttSession): void;
}

/** When each connect is due, where several threads connect in turn. */
export interface ConnectSchedule {
  readonly startMs: number;
  /** From one connect of all threads to the next. */
  readonly gapMs: number;
  /** Place of a Unit among all that are to connect; rises with the Units' order. */
  placeOf(index: number): number;
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
  schedule?: ConnectSchedule,
): Promise<ConnectOutcome[]> {
  signal.throwIfAborted();
  const ramp = new ConnectRamp(units, plan, home, clock, schedule);
  const stop = () => ramp.stop(abortReason(signal));
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await ramp.run();
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** So far behind its schedule a ramp catches up; what is later is left behind, or it would burst. */
const CATCH_UP_MS = 100;
/** Connects under way at once: more would only wait in the target's accept queue. */
const MAX_CONNECTING = 1000;
/** Listeners of one signal are searched one by one, so a signal is shared by so many Units only. */
const UNITS_PER_SIGNAL = 64;

/** One paced series of connects. */
class ConnectRamp {
  readonly #units: readonly UnitIdentity[];
  readonly #plan: ConnectPlan;
  readonly #home: SessionHome;
  readonly #clock: Clock;
  readonly #schedule: ConnectSchedule | undefined;
  readonly #tls: SessionOptions["tls"];
  readonly #outcomes: ConnectOutcome[] = [];
  readonly #stops: AbortController[] = [];
  readonly #subscribing = new Set<MqttSession>();
  readonly #waking = new AbortController();
  #started = 0;
  #connecting = 0;
  #broken: Error | undefined;
  #onEnd: (() => void) | undefined;

  constructor(
    units: readonly UnitIdentity[],
    plan: ConnectPlan,
    home: SessionHome,
    clock: Clock,
    schedule: ConnectSchedule | undefined,
  ) {
    this.#units = units;
    this.#plan = plan;
    this.#home = home;
    this.#clock = clock;
    this.#schedule = schedule;
    this.#tls = plan.tls ? tlsOptions(plan.serverName, plan.certificates) : undefined;
  }

  /** Outcomes in the order they came; throws why it was stopped, once nothing is under way. */
  async run(): Promise<ConnectOutcome[]> {
    await this.#startAll();
    while (this.#connecting > 0) await this.#oneEnd();
    if (this.#broken !== undefined) throw this.#broken;
    return this.#outcomes;
  }

  stop(reason: Error): void {
    this.#broken ??= reason;
    for (const controller of this.#stops) controller.abort(reason);
    for (const session of this.#subscribing) session.destroy();
    this.#waking.abort(reason);
  }

  /** Starts by absolute times, all that are due at each waking: no timer for each Unit. */
  async #startAll(): Promise<void> {
    const gapMs = this.#schedule?.gapMs ?? 1000 / this.#plan.connectsPerSec;
    let startedAtMs = this.#schedule?.startMs ?? this.#clock.now();
    while (this.#started < this.#units.length && this.#broken === undefined) {
      const dueAtMs = startedAtMs + this.#placeOf(this.#started) * gapMs;
      const now = this.#clock.now();
      if (dueAtMs > now) {
        // Rejects when stopped, which the loop's own condition sees.
        await this.#clock.sleepUntil(dueAtMs, this.#waking.signal).catch(() => undefined);
        continue;
      }
      if (now - dueAtMs > CATCH_UP_MS) startedAtMs += now - dueAtMs - CATCH_UP_MS;
      if (this.#connecting >= MAX_CONNECTING) await this.#oneEnd();
      else this.#start(this.#started++);
    }
  }

  #placeOf(position: number): number {
    const unit = this.#units[position];
    if (this.#schedule === undefined || unit === undefined) return position;
    return this.#schedule.placeOf(unit.index);
  }

  #start(position: number): void {
    const unit = this.#units[position];
    if (unit === undefined) return;
    this.#connecting++;
    const ended = () => {
      this.#connecting--;
      this.#onEnd?.();
    };
    this.#connect(unit, this.#signalFor(position)).then(ended, (error: unknown) => {
      this.stop(error instanceof Error ? error : new Error(String(error)));
      ended();
    });
  }

  #signalFor(position: number): AbortSignal {
    const at = Math.floor(position / UNITS_PER_SIGNAL);
    let controller = this.#stops[at];
    if (controller === undefined) {
      controller = new AbortController();
      setMaxListeners(0, controller.signal);
      this.#stops[at] = controller;
    }
    return controller.signal;
  }

  #oneEnd(): Promise<void> {
    return new Promise((resolve) => {
      this.#onEnd = resolve;
    });
  }

  /** Throws only for what must stop the others too. */
  async #connect(unit: UnitIdentity, signal: AbortSignal): Promise<void> {
    const startedAtMs = this.#clock.now();
    let error: string | undefined;
    try {
      error = await this.#subscribed(unit, signal);
    } catch (cause) {
      if (signal.aborted) return;
      const fault = socketFault(cause);
      if (fault !== undefined) throw fault;
      error = classOfConnectFailure(cause);
    }
    const tookMs = this.#clock.now() - startedAtMs;
    this.#outcomes.push({ index: unit.index, connected: error === undefined, tookMs, error });
  }

  /** Connects, subscribes and hands the session over; gives the class of what was denied. */
  async #subscribed(unit: UnitIdentity, signal: AbortSignal): Promise<string | undefined> {
    const session = await openSession(this.#optionsOf(unit), this.#home.listener, signal);
    this.#subscribing.add(session);
    let kept = false;
    try {
      for (const topic of [...unit.commandTopics, ...unit.listenTopics]) {
        const codes = await session.subscribe([topic], this.#plan.qos);
        if (codes.some((code) => code >= 0x80)) return SUBSCRIBE_DENIED;
      }
      // At once: a session that closes from here on must be known.
      this.#home.adopt(unit, session);
      kept = true;
      return undefined;
    } finally {
      this.#subscribing.delete(session);
      if (!kept) session.destroy();
    }
  }

  #optionsOf(unit: UnitIdentity): SessionOptions {
    const { host, port, websocket, keepAliveSec, maxInflight } = this.#plan;
    const { workspace, connectTimeoutMs } = this.#plan;
    const localAddress = sourceOf(this.#plan.sources ?? [], unit.index);
    return {
      host,
      port,
      ...(this.#tls === undefined ? {} : { tls: this.#tls }),
      ...(websocket === undefined ? {} : { websocket }),
      ...(localAddress === undefined ? {} : { localAddress }),
      id: unit.index,
      clientId: unit.clientId,
      ...(unit.username === undefined ? {} : { username: unit.username }),
      ...(unit.password === undefined ? {} : { password: unit.password }),
      keepAliveSec,
      cleanSession: true,
      protocol: 4,
      maxInflight,
      workspace,
      connectTimeoutMs,
    };
  }
}

/** PEM texts, not files. */
export interface Certificates {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
}

/** A certificate is for a name; an address can only be checked as one. */
export const tlsOptions = (serverName: string, certificates: Certificates = {}) =>
  isIP(serverName) === 0 ? { servername: serverName, ...certificates } : certificates;
