import { randomBytes } from "node:crypto";
import type { UnitRow } from "../state/rows.ts";
import type { Instance } from "./instance.ts";
import { signToken } from "./jwt.ts";
import { existing, Refusal } from "./refusal.ts";
import { contentOf, unitTarget } from "./target.ts";

export type Env = Record<string, unknown>;

const STATE_SEND_INTERVAL_S = 60;
const randomKey = () => randomBytes(32).toString("base64");

/** Keys that the instance gives to a unit. The two keys are new on every call. */
function generatedEnv(instance: Instance, unit: UnitRow): Env {
  return {
    PU_DOMAIN: instance.domain,
    PU_HTTP_TYPE: "http",
    PU_APP_PREFIX: "/pepeunit",
    PU_API_ACTUAL_PREFIX: "/api/v1",
    PU_MQTT_HOST: instance.domain,
    PU_MQTT_PORT: instance.address().mqttPort,
    PU_AUTH_TOKEN: signToken({ uuid: unit.uuid, type: "Unit" }, instance.secretKey),
    PU_SECRET_KEY: randomKey(),
    PU_ENCRYPT_KEY: randomKey(),
    PU_MQTT_PING_INTERVAL: 20,
    PU_MQTT_KEEPALIVE: 60,
    PU_STATE_SEND_INTERVAL: STATE_SEND_INTERVAL_S,
    PU_MIN_LOG_LEVEL: "Debug",
    PU_MAX_LOG_LENGTH: 64,
    PU_COMMIT_VERSION: unitTarget(instance.db, unit).commit,
  };
}

const exampleEnv = ({ db }: Instance, unit: UnitRow): Env =>
  contentOf(db, existing(db.repos.get(unit.repo_uuid))).env;

/** The env of a unit: what was stored over what is generated over the repository's example. */
export function unitEnv(instance: Instance, unit: UnitRow): Env {
  const stored = instance.db.unitFiles.get(unit.uuid)?.env ?? null;
  const base = { ...exampleEnv(instance, unit), ...generatedEnv(instance, unit) };
  return stored === null ? base : { ...base, ...parseEnv(stored) };
}

/** The env to store after a PATCH: whole, so that its keys stay the same from now on. */
export function patchedEnv(instance: Instance, unit: UnitRow, text: string): string {
  const given = parseEnv(text);
  const missing = Object.keys(exampleEnv(instance, unit)).filter((key) => !(key in given));
  if (missing.length > 0) throw new Refusal("git", `Env keys are missing: ${missing.join(", ")}`);
  const current = unitEnv(instance, unit);
  const known = Object.entries(given).filter(([key]) => key in current);
  return JSON.stringify({ ...current, ...Object.fromEntries(known) });
}

function parseEnv(text: string): Env {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Refused below, like any other text that is not an object.
  }
  throw new Refusal("json", "This is not JSON or not serializable");
}
