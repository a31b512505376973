import { parseArgs } from "node:util";
import { EmbeddedError } from "../error.ts";
import type { BrokerLimits } from "./broker/limits.ts";
import { SCENARIO_IDS } from "./capacity/scenarios.ts";
import { type Capacity, RATE_AXES } from "./capacity/stations.ts";
import { FAULT_FLAGS, parseFaults } from "./fault-flags.ts";
import {
  optional,
  type Parsed,
  parseNames,
  parseNumber,
  parseRates,
  parseWhole,
} from "./flag-values.ts";
import { FAULTS, type SandboxOptions } from "./start.ts";

const AXES = ["link", ...RATE_AXES] as const;
const LIMITS = {
  connects: "connectsPerSec",
  messages: "messagesPerSec",
  bytes: "bytesPerSec",
  clients: "connections",
  mailbox: "mailbox",
} as const satisfies Readonly<Record<string, keyof BrokerLimits>>;
const LIMIT_NAMES = Object.keys(LIMITS) as readonly (keyof typeof LIMITS)[];
const FEATURES = ["datapipe", "default-last-value", "prometheus"] as const;

/** Reads "relay=900,api=120": positive numbers per second, and connections for link. */
export function parseCapacity(text: string): Parsed<Capacity> {
  return parseRates("--capacity", text, AXES);
}

/** Reads "connects=200,messages=100": the broker's limits by their short names. */
export function parseLimits(text: string): Parsed<Partial<BrokerLimits>> {
  const rates = parseRates("--limits", text, LIMIT_NAMES);
  if ("problems" in rates) return rates;
  const named = LIMIT_NAMES.filter((name) => rates.value[name] !== undefined);
  return { value: Object.fromEntries(named.map((name) => [LIMITS[name], rates.value[name]])) };
}

const MAX_PORT = 65_535;
const MAX_SEED = 2 ** 31 - 1;
const MAX_NOISE_PERCENT = 50;
const MAX_LOG_COST = 1000;
const MAX_BUFFER = 10_000_000;

const FLAGS = {
  ...FAULT_FLAGS,
  port: { type: "string", default: "0" },
  "mqtt-port": { type: "string", default: "0" },
  "emqx-port": { type: "string", default: "0" },
  capacity: { type: "string", default: "" },
  limits: { type: "string", default: "" },
  noise: { type: "string" },
  joint: { type: "string" },
  scenario: { type: "string" },
  on: { type: "string" },
  "log-cost": { type: "string" },
  "buffer-size": { type: "string" },
  off: { type: "string", default: "" },
  fault: { type: "string", default: "" },
  nginx: { type: "boolean", default: false },
  jobs: { type: "boolean", default: false },
  seed: { type: "string", default: "1" },
  data: { type: "string" },
  clickhouse: { type: "string" },
  "clickhouse-user": { type: "string", default: "default" },
  "clickhouse-database": { type: "string", default: "pepeunit" },
} as const;

/** Reads the flags of the sandbox process; all that is wrong with them is reported together. */
export function parseFlags(args: readonly string[], clickhousePassword = ""): SandboxOptions {
  const flags = readFlags(args);
  const parsed = parseAll(flags);
  const problems = Object.values(parsed).flatMap((each) =>
    "problems" in each ? each.problems : [],
  );
  const take = <T>(each: Parsed<T>): T => {
    if ("value" in each) return each.value;
    throw new EmbeddedError("SANDBOX_CONFIG_INVALID", problems.join("\n"));
  };
  const [scenario] = take(parsed.scenario) ?? [];
  const off = take(parsed.off);
  return definedOnly({
    port: take(parsed.port),
    mqttPort: take(parsed.mqttPort),
    emqxPort: take(parsed.emqxPort),
    capacity: take(parsed.capacity),
    limits: take(parsed.limits),
    seed: take(parsed.seed),
    noise: take(parsed.noise),
    jointRatio: take(parsed.joint),
    scenario,
    serviceFaults: take(parsed.serviceFaults),
    faultAxes: take(parsed.on),
    logCost: take(parsed.logCost),
    dataPipe: definedOnly({ bufferMaxSize: take(parsed.bufferSize) }),
    features: {
      dataPipe: !off.includes("datapipe"),
      defaultLastValue: !off.includes("default-last-value"),
      prometheus: !off.includes("prometheus"),
    },
    faults: take(parsed.fault),
    nginx: flags.nginx,
    jobs: flags.jobs,
    dataDir: flags.data,
    clickhouse:
      flags.clickhouse === undefined
        ? undefined
        : {
            url: flags.clickhouse,
            username: flags["clickhouse-user"],
            password: clickhousePassword,
            database: flags["clickhouse-database"],
          },
  });
}

const parseAll = (flags: ReturnType<typeof readFlags>) => ({
  port: parseWhole("--port", flags.port, MAX_PORT),
  mqttPort: parseWhole("--mqtt-port", flags["mqtt-port"], MAX_PORT),
  emqxPort: parseWhole("--emqx-port", flags["emqx-port"], MAX_PORT),
  capacity: parseCapacity(flags.capacity),
  limits: parseLimits(flags.limits),
  noise: optional(flags.noise, (text) => parseNumber("--noise", text, 0, MAX_NOISE_PERCENT)),
  joint: optional(flags.joint, (text) => parseNumber("--joint", text, 0, 1)),
  scenario: optional(flags.scenario, (text) => parseNames("--scenario", text, SCENARIO_IDS)),
  on: optional(flags.on, (text) => parseNames("--on", text, RATE_AXES)),
  serviceFaults: parseFaults(flags),
  logCost: optional(flags["log-cost"], (text) => parseNumber("--log-cost", text, 0, MAX_LOG_COST)),
  bufferSize: optional(flags["buffer-size"], (text) =>
    parseWhole("--buffer-size", text, MAX_BUFFER),
  ),
  off: parseNames("--off", flags.off, FEATURES),
  fault: parseNames("--fault", flags.fault, FAULTS),
  seed: parseWhole("--seed", flags.seed, MAX_SEED),
});

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

const definedOnly = <T extends object>(given: T): Defined<T> =>
  Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as Defined<T>;

function readFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS, strict: true }).values;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new EmbeddedError("SANDBOX_CONFIG_INVALID", message, { cause });
  }
}
