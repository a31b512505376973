import { parseArgs } from "node:util";
import { EmbeddedError } from "../error.ts";
import type { Capacity } from "./capacity/stations.ts";
import type { BrokerLimits } from "./broker/limits.ts";
import type { SandboxOptions } from "./start.ts";

/** A value, or every reason why there is none. */
type Parsed<T> = { readonly value: T } | { readonly problems: readonly string[] };

const AXES = ["relay", "store", "base", "api"] as const;
const LIMITS = ["connects", "messages"] as const;

/** Reads "relay=900,api=120": positive numbers per second. */
export function parseCapacity(text: string): Parsed<Capacity> {
  return parseRates("--capacity", text, AXES);
}

/** Reads "connects=200,messages=100": the platform's limiters, per second. */
export function parseLimits(text: string): Parsed<Partial<BrokerLimits>> {
  const rates = parseRates("--limits", text, LIMITS);
  if ("problems" in rates) return rates;
  const { connects, messages } = rates.value;
  return {
    value: {
      ...(connects === undefined ? {} : { connectsPerSec: connects }),
      ...(messages === undefined ? {} : { messagesPerSec: messages }),
    },
  };
}

function parseRates<Name extends string>(
  flag: string,
  text: string,
  names: readonly Name[],
): Parsed<{ readonly [N in Name]?: number }> {
  const rates: { [N in Name]?: number } = {};
  const problems: string[] = [];
  for (const part of text.split(",").filter((piece) => piece !== "")) {
    const [given = "", rate = "", ...rest] = part.split("=");
    const name = names.find((each) => each === given);
    const perSec = Number(rate);
    if (name === undefined) {
      problems.push(`${flag}: "${given}" is none of ${names.join(", ")}`);
    } else if (name in rates) {
      problems.push(`${flag}: "${name}" is given twice`);
    } else if (rest.length > 0 || !(perSec > 0) || !Number.isFinite(perSec)) {
      problems.push(`${flag}: "${part}" needs a number above 0, as in ${name}=900`);
    } else {
      rates[name] = perSec;
    }
  }
  return problems.length > 0 ? { problems } : { value: rates };
}

function parseNumber(flag: string, text: string, min: number, max: number): Parsed<number> {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value >= min && value <= max) return { value };
  return { problems: [`${flag}: "${text}" is not a number from ${min} to ${max}`] };
}

function parseWhole(flag: string, text: string, max: number): Parsed<number> {
  const parsed = parseNumber(flag, text, 0, max);
  if ("problems" in parsed || Number.isInteger(parsed.value)) return parsed;
  return { problems: [`${flag}: "${text}" is not a whole number`] };
}

const MAX_PORT = 65_535;
const MAX_SEED = 2 ** 31 - 1;
const MAX_NOISE_PERCENT = 50;

const FLAGS = {
  port: { type: "string", default: "0" },
  "mqtt-port": { type: "string", default: "0" },
  capacity: { type: "string", default: "" },
  limits: { type: "string", default: "" },
  noise: { type: "string", default: "0" },
  seed: { type: "string", default: "1" },
  data: { type: "string" },
} as const;

/** Reads the flags of the sandbox process; all that is wrong with them is reported together. */
export function parseFlags(args: readonly string[]): SandboxOptions {
  const flags = readFlags(args);
  const parsed = {
    port: parseWhole("--port", flags.port, MAX_PORT),
    mqttPort: parseWhole("--mqtt-port", flags["mqtt-port"], MAX_PORT),
    capacity: parseCapacity(flags.capacity),
    limits: parseLimits(flags.limits),
    noise: parseNumber("--noise", flags.noise, 0, MAX_NOISE_PERCENT),
    seed: parseWhole("--seed", flags.seed, MAX_SEED),
  };
  const problems = Object.values(parsed).flatMap((each) =>
    "problems" in each ? each.problems : [],
  );
  const take = <T>(each: Parsed<T>): T => {
    if ("value" in each) return each.value;
    throw new EmbeddedError("SANDBOX_CONFIG_INVALID", problems.join("\n"));
  };
  return {
    port: take(parsed.port),
    mqttPort: take(parsed.mqttPort),
    capacity: take(parsed.capacity),
    limits: take(parsed.limits),
    noise: take(parsed.noise),
    seed: take(parsed.seed),
    ...(flags.data === undefined ? {} : { dataDir: flags.data }),
  };
}

function readFlags(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS, strict: true }).values;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new EmbeddedError("SANDBOX_CONFIG_INVALID", message, { cause });
  }
}
