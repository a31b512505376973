import { EmbeddedError } from "../error.ts";
import { RelayBroker } from "./broker/broker.ts";
import { publishCommand } from "./broker/commands.ts";
import { createHook } from "./broker/hook.ts";
import { createListener } from "./broker/listener.ts";
import { type Capacity, createStations } from "./capacity/stations.ts";
import { systemClock } from "./clock.ts";
import { mayUseTopicByToken } from "./platform/hook.ts";
import type { Instance } from "./platform/instance.ts";
import { createHttpMetrics } from "./rest/prometheus.ts";
import { createUser } from "./rest/routes/users.ts";
import { createRest } from "./rest/server.ts";
import { openState } from "./state/open.ts";

/** The platform's own limiters, which slow a sender or a ramp down and lose nothing. */
export interface Limits {
  /** New connections of the whole broker; 20 as the platform has it. */
  readonly connectsPerSec?: number;
  /** Messages of one connection; 30 as the platform has it. */
  readonly messagesPerSec?: number;
}

export interface SandboxOptions {
  readonly host?: "127.0.0.1";
  /** HTTP port; 0 takes any free one. */
  readonly port: number;
  /** MQTT port; 0 takes any free one. */
  readonly mqttPort: number;
  readonly capacity: Capacity;
  /** Relative standard deviation of the capacities in percent. */
  readonly noise?: number;
  readonly seed?: number;
  /** Where the state lives; without it the sandbox forgets everything when it ends. */
  readonly dataDir?: string;
  readonly limits?: Limits;
  readonly log?: (line: string) => void;
}

/** Where a sandbox listens and how to sign in. */
export interface SandboxReady {
  readonly url: string;
  readonly mqtt: string;
  readonly domain: string;
  readonly admin: { readonly login: string; readonly password: string };
  readonly capacity: Capacity;
}

export interface Sandbox extends AsyncDisposable {
  readonly ready: SandboxReady;
  close(): Promise<void>;
}

const DEFAULT_LIMITS = { connectsPerSec: 20, messagesPerSec: 30 } as const;

/** Starts a Pepeunit-compatible instance of known capacity in this process. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { host = "127.0.0.1", capacity, dataDir, noise = 0, seed = 1 } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const clock = systemClock;
  const state = await openState(dataDir);
  const { db } = state;
  const { secretKey, admin } = state.secrets;
  const { relay, api } = createStations({ capacity, noisePercent: noise, seed, clock });
  const metrics = createHttpMetrics();
  const address = { url: "", mqttPort: options.mqttPort };

  const hook = createHook({
    api,
    clock,
    decide: (token, topic) => mayUseTopicByToken({ db, clock, secretKey }, token, topic),
    answered: (seconds) => metrics.observe({ ...HOOK_REQUEST, seconds }),
  });
  const broker = new RelayBroker({ relay, hook, clock, messagesPerSec: limits.messagesPerSec });
  broker.on("clientError", (client, error) => options.log?.(`mqtt ${client.id}: ${error.message}`));
  const instance: Instance = {
    db,
    clock,
    secretKey,
    domain: host,
    address: () => address,
    sendCommand: (unit, command) => publishCommand(broker, { db, domain: host }, unit, command),
  };
  const rest = createRest({ instance, api, metrics });
  const listener = createListener({
    clock,
    connectsPerSec: limits.connectsPerSec,
    accept: broker.handle,
  });
  const close = async () => {
    listener.close();
    await new Promise<void>((closed) => broker.close(closed));
    await rest.close();
    relay.close();
    api.close();
    state.close();
  };

  try {
    if (db.users.size === 0) await createUser(instance, admin);
    await broker.listen();
    address.mqttPort = await listener.listen(host, options.mqttPort).catch(portTaken);
    address.url = await rest.listen({ host, port: options.port }).catch(portTaken);
  } catch (error) {
    await close();
    throw error;
  }
  const mqtt = `mqtt://${host}:${address.mqttPort}`;
  const ready = { url: address.url, mqtt, domain: host, admin, capacity };
  return { ready, close, [Symbol.asyncDispose]: close };
}

const HOOK_REQUEST = {
  handler: "/pepeunit/api/v1/units/auth",
  method: "POST",
  status: 200,
  requestBytes: 0,
  responseBytes: 0,
} as const;

function portTaken(error: unknown): never {
  if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
    throw new EmbeddedError("PORT_TAKEN", error.message, { cause: error });
  }
  throw error;
}
