import { z } from "zod";
import { tlsOptions } from "../axes/connections.ts";
import { LoadstoneError } from "../errors.ts";
import type { PlatformSession } from "../platform/session.ts";
import type { Target } from "../scenario/target-gate.ts";
import { type BrokerAccess, brokerAddress } from "../target/broker-access.ts";
import type { SessionOptions } from "../transport/mqtt/session.ts";
import { backendFilters, discover, nodeTopics } from "./topology.ts";
import { NO_TOPOLOGY, type Topology } from "./topic-place.ts";

/** What is listened to, by whom, and what is known of it. */
export interface ObservedTarget {
  readonly name: string;
  readonly session: Omit<SessionOptions, "clientId" | "cleanSession">;
  readonly filters: readonly string[];
  readonly topology: Topology;
  /** Units whose payloads the login may see because they are its own. */
  readonly ownUnits: ReadonlySet<string>;
}

const SESSION = {
  protocol: 4,
  keepAliveSec: 60,
  maxInflight: 1,
  connectTimeoutMs: 10_000,
} as const;

/** The options of a session on a checked broker. */
export function sessionOn(target: Target, access: BrokerAccess): ObservedTarget["session"] {
  const { host, port, tls, certificates, serverName, websocket } = brokerAddress(
    target,
    access.certificates,
  );
  return {
    ...SESSION,
    host,
    port,
    ...(tls ? { tls: tlsOptions(serverName, certificates) } : {}),
    ...(websocket === undefined ? {} : { websocket }),
    ...access.credentials,
  };
}

/** A bare broker: every topic the filters match, and no topology. */
export const bareBroker = (
  target: Target,
  access: BrokerAccess,
  filters: readonly string[],
): ObservedTarget => ({
  name: target.url,
  session: sessionOn(target, access),
  filters: filters.length === 0 ? ["#"] : filters,
  topology: NO_TOPOLOGY,
  ownUnits: new Set(),
});

/** Who listens on an instance. */
export type Listener =
  | { readonly kind: "backend"; readonly token: string; readonly broker: Target }
  | { readonly kind: "unit"; readonly uuid: string };

export interface InstanceQuestion {
  readonly url: string;
  readonly platform: PlatformSession;
  readonly listener: Listener;
  /** Checks an address that the instance named. */
  readonly check: (url: string) => Promise<Target>;
}

/** An instance: its topology by the API, then what the listener's token lets it hear. */
export async function instanceTarget(question: InstanceQuestion): Promise<ObservedTarget> {
  const { url, platform, listener } = question;
  const topology = await discover(platform);
  const ownUnits = new Set(topology.ownUnits);
  if (listener.kind === "backend") {
    const { token, broker } = listener;
    const session = {
      ...sessionOn(broker, { credentials: {}, certificates: {} }),
      username: token,
    };
    return { name: url, session, filters: backendFilters(domainOf(token)), topology, ownUnits };
  }
  const env = await platform.units.env(listener.uuid);
  const broker = await question.check(`mqtt://${env.PU_MQTT_HOST}:${env.PU_MQTT_PORT}`);
  const session = {
    ...sessionOn(broker, { credentials: {}, certificates: {} }),
    username: env.PU_AUTH_TOKEN,
    password: "",
  };
  return { name: url, session, filters: nodeTopics(env.PU_DOMAIN, topology), topology, ownUnits };
}

const BackendClaims = z.object({ domain: z.string().min(1), type: z.literal("Backend") });
const UnitClaims = z.object({ uuid: z.guid(), type: z.literal("Unit") });

export const domainOf = (token: string): string =>
  claimsOf(token, BackendClaims, "LOADSTONE_BACKEND_TOKEN").domain;
export const unitOf = (token: string): string =>
  claimsOf(token, UnitClaims, "LOADSTONE_UNIT_TOKEN").uuid;

function claimsOf<T>(token: string, schema: z.ZodType<T>, variable: string): T {
  try {
    const text = Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8");
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new LoadstoneError("CONFIG_INVALID", `${variable} is not such a token`, { cause });
  }
}
