import { createBackend } from "./backend/service.ts";
import { RelayBroker } from "./broker/broker.ts";
import { publishCommand } from "./broker/commands.ts";
import { createEmqxApi } from "./emqx/server.ts";
import { startJobs } from "./jobs.ts";
import { createHook } from "./broker/hook.ts";
import { type BrokerLimits, createLimits } from "./broker/limits.ts";
import { createListener } from "./broker/listener.ts";
import type { ServiceFaults } from "./capacity/model.ts";
import type { ScenarioId } from "./capacity/scenarios.ts";
import { type Capacity, createStations, type RateAxis } from "./capacity/stations.ts";
import { clockAhead, systemClock } from "./clock.ts";
import { type DataPipeOptions, startDataPipe } from "./data-pipe/service.ts";
import { cannotListen } from "./listen-error.ts";
import { mayUseTopicByToken } from "./platform/hook.ts";
import type { Features, Instance } from "./platform/instance.ts";
import { nodeTopic } from "./platform/topics.ts";
import { seededRandom } from "./random.ts";
import { type ClickHouseAddress, openClickHouseRecords } from "./records/clickhouse.ts";
import { openMemoryRecords } from "./records/memory.ts";
import type { Records } from "./records/records.ts";
import { createHttpMetrics } from "./rest/prometheus.ts";
import { createUser } from "./operations/users.ts";
import { createRest } from "./rest/server.ts";
import { connectBackend, connectDataPipe } from "./services.ts";
import { openState } from "./state/open.ts";

/** Defects of a deployment that the sandbox can have. */
export const FAULTS = [
  /** The deploy kit gives the DataPipe a key of its own: it may not subscribe. */
  "data-pipe-key",
  /** The backend takes a quarter of a second for each question of the broker. */
  "slow-hook",
  /** The instance's clock is a minute and a half ahead. */
  "clock",
] as const;
export type Fault = (typeof FAULTS)[number];

export interface SandboxOptions {
  readonly host?: "127.0.0.1";
  /** HTTP port; 0 takes any free one. */
  readonly port: number;
  /** MQTT port; 0 takes any free one. */
  readonly mqttPort: number;
  /** Port of the broker's admin API; 0, the default, takes any free one. */
  readonly emqxPort?: number;
  readonly capacity: Capacity;
  /** Relative standard deviation of the capacities in percent; a scenario has its own. */
  readonly noise?: number;
  /** One of the named targets of the method's simulation, for the axes that have a capacity. */
  readonly scenario?: ScenarioId;
  /** What else is wrong with the servers. */
  readonly serviceFaults?: ServiceFaults;
  /** Axes that scenario and faults are for; all of them when absent. */
  readonly faultAxes?: readonly RateAxis[];
  /** Share of all work that is done on a resource common to all axes, 0 to 1. */
  readonly jointRatio?: number;
  readonly seed?: number;
  /** Where the state lives; without it the sandbox forgets everything when it ends. */
  readonly dataDir?: string;
  /** The platform's own limiters; most slow a sender or a ramp down and lose nothing. */
  readonly limits?: Partial<BrokerLimits>;
  /** Feature flags of the backend; all on where nothing is said. */
  readonly features?: Partial<Features>;
  readonly dataPipe?: Pick<DataPipeOptions, "bufferMaxSize" | "flushMs">;
  /** Where the instance keeps what Units store; without it in memory. */
  readonly clickhouse?: ClickHouseAddress;
  /** What a log message costs the backend, in state messages. */
  readonly logCost?: number;
  /** Limits every address as nginx limits public ones. */
  readonly nginx?: boolean;
  /** Runs the hourly jobs. */
  readonly jobs?: boolean;
  readonly faults?: readonly Fault[];
  readonly log?: (line: string) => void;
}

/** Where a sandbox listens and how to sign in. */
export interface SandboxReady {
  readonly url: string;
  readonly mqtt: string;
  /** The broker's admin API; the Admin's account opens it. */
  readonly emqx: string;
  readonly domain: string;
  readonly admin: { readonly login: string; readonly password: string };
  readonly capacity: Capacity;
}

export interface Sandbox extends AsyncDisposable {
  readonly ready: SandboxReady;
  /** Whether the broker let the DataPipe subscribe. */
  dataPipeSubscribed(): boolean;
  close(): Promise<void>;
}

const ALL_FEATURES = { dataPipe: true, defaultLastValue: true, prometheus: true } as const;

/** Starts a Pepeunit-compatible instance of known capacity in this process. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { host = "127.0.0.1", capacity, dataDir, seed = 1, log = () => {} } = options;
  const limits = createLimits({ ...ownQueue(options), ...options.limits });
  const faults = new Set(options.faults);
  const clock = faults.has("clock") ? clockAhead(systemClock) : systemClock;
  const records = await openRecords(options);
  const state = await openState(dataDir).catch(async (error: unknown) => {
    await records.close();
    throw error;
  });
  const { db } = state;
  const { secretKey, admin } = state.secrets;
  const { relay, api, store, base } = createStations({
    capacity,
    noisePercent: options.noise,
    seed,
    clock,
    scenario: options.scenario,
    faults: options.serviceFaults,
    faultAxes: options.faultAxes,
    jointRatio: options.jointRatio,
  });
  const metrics = createHttpMetrics();
  const address = { url: "", emqx: "", mqttPort: options.mqttPort };

  const hook = createHook({
    api,
    clock,
    decide: (token, topic) => mayUseTopicByToken({ db, clock, secretKey }, token, topic),
    answered: (seconds) => metrics.observe({ ...HOOK_REQUEST, seconds }),
    extraMs: faults.has("slow-hook") ? SLOW_HOOK_MS : 0,
  });
  const broker = new RelayBroker({ relay, hook, clock, limits });
  broker.on("clientError", (client, error) => log(`mqtt ${client.id}: ${error.message}`));
  const dataPipe = startDataPipe({ db, records, clock, log, ...options.dataPipe });
  const pipeConsumer = connectDataPipe({
    broker,
    hook,
    clock,
    dataPipe,
    log,
    station: store,
    random: seededRandom(seed),
    domain: host,
    secretKey: faults.has("data-pipe-key") ? `not ${secretKey}` : secretKey,
    maxMailbox: limits.now.mailbox,
  });
  const backend = createBackend({
    db,
    records,
    clock,
    log,
    ...(options.logCost === undefined ? {} : { logCost: options.logCost }),
  });
  const baseConsumer = connectBackend({
    broker,
    clock,
    backend,
    log,
    station: base,
    domain: host,
    maxMailbox: limits.now.mailbox,
  });
  const features = { ...ALL_FEATURES, ...options.features };
  const instance: Instance = {
    db,
    clock,
    records,
    features,
    secretKey,
    domain: host,
    address: () => address,
    sendCommand(unit, command) {
      // The device sends its whole log again.
      if (command === "LogSync")
        records.remove("unit_logs", [unit.uuid]).catch((e: unknown) => log(String(e)));
      publishCommand(broker, { db, domain: host }, unit, command);
    },
    publishState: (node, value) => broker.publishOwn(nodeTopic(host, node), value),
    announcePipe: () => dataPipe.announce(),
  };
  const rest = createRest({ instance, api, metrics, nginx: options.nginx });
  const listener = createListener({
    clock,
    limits,
    room: capacity.link,
    accept: broker.handle,
  });
  const emqx = createEmqxApi({
    broker,
    limits,
    account: admin,
    bytes: () => listener.bytes(),
    memory: () => process.memoryUsage.rss(),
  });
  const stopJobs = options.jobs === true ? startJobs({ instance, clock, api }) : () => {};
  const close = async () => {
    stopJobs();
    listener.close();
    await emqx.close();
    pipeConsumer.close();
    baseConsumer.close();
    dataPipe.close();
    await new Promise<void>((closed) => broker.close(closed));
    await rest.close();
    for (const station of [relay, api, store, base]) station.close();
    state.close();
    await records.close();
  };

  try {
    if (db.users.size === 0) await createUser(instance, admin);
    await broker.listen();
    await baseConsumer.start();
    if (features.dataPipe) await pipeConsumer.start();
    address.mqttPort = await listener.listen(host, options.mqttPort).catch(cannotListen);
    address.emqx = await emqx.listen({ host, port: options.emqxPort ?? 0 }).catch(cannotListen);
    address.url = await rest.listen({ host, port: options.port }).catch(cannotListen);
  } catch (error) {
    await close();
    throw error;
  }
  const mqtt = `mqtt://${host}:${address.mqttPort}`;
  const ready = { url: address.url, mqtt, emqx: address.emqx, domain: host, admin, capacity };
  const dataPipeSubscribed = () => pipeConsumer.subscribed;
  return { ready, dataPipeSubscribed, close, [Symbol.asyncDispose]: close };
}

/** A scenario says itself how much may wait, so the broker's mailbox does not. */
const ownQueue = ({ scenario }: SandboxOptions): Partial<BrokerLimits> =>
  scenario === undefined ? {} : { mailbox: Number.POSITIVE_INFINITY };

const openRecords = ({ clickhouse }: SandboxOptions): Promise<Records> =>
  clickhouse === undefined
    ? Promise.resolve(openMemoryRecords())
    : openClickHouseRecords(clickhouse);

const SLOW_HOOK_MS = 250;

const HOOK_REQUEST = {
  handler: "/pepeunit/api/v1/units/auth",
  method: "POST",
  status: 200,
  requestBytes: 0,
  responseBytes: 0,
} as const;
