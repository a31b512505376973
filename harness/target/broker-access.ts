import { readFile } from "node:fs/promises";
import type { Certificates } from "../axes/connections.ts";
import { LoadstoneError } from "../errors.ts";
import type { Target } from "../scenario/target-gate.ts";
import type { BrokerAddress } from "./mqtt-axes.ts";

export interface BrokerCredentials {
  readonly username?: string;
  readonly password?: string;
}

/** What a bare broker may ask of us: a login, a certificate, both or neither. */
export interface BrokerAccess {
  readonly credentials: BrokerCredentials;
  readonly certificates: Certificates;
}

type Environment = Readonly<Record<string, string | undefined>>;

const FILES = {
  ca: "LOADSTONE_MQTT_CA",
  cert: "LOADSTONE_MQTT_CERT",
  key: "LOADSTONE_MQTT_KEY",
} as const;

/** Reads login and certificates that the environment names; every file that cannot be read is told. */
export async function readBrokerAccess(env: Environment): Promise<BrokerAccess> {
  const username = env["LOADSTONE_MQTT_USERNAME"];
  const password = env["LOADSTONE_MQTT_PASSWORD"];
  const passphrase = env["LOADSTONE_MQTT_KEY_PASSPHRASE"];
  const problems: string[] = [];
  const certificates: { -readonly [Name in keyof typeof FILES]?: string } = {};
  for (const name of ["ca", "cert", "key"] as const) {
    const variable = FILES[name];
    const path = env[variable];
    if (path === undefined || path === "") continue;
    try {
      certificates[name] = await readFile(path, "utf8");
    } catch {
      problems.push(`${variable}: ${path} cannot be read`);
    }
  }
  const { cert, key } = certificates;
  if (problems.length === 0 && (cert === undefined) !== (key === undefined)) {
    problems.push(`${FILES.cert} and ${FILES.key} go together: one of them is missing`);
  }
  if (problems.length > 0) {
    throw new LoadstoneError("CONFIG_INVALID", problems.join("; "), {
      hint: "each names a PEM file: the broker's authority, our certificate, and its key",
    });
  }
  return {
    credentials: {
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
    },
    certificates: { ...certificates, ...(passphrase === undefined ? {} : { passphrase }) },
  };
}

/** How a checked broker is connected to: its address pinned, its scheme followed. */
export function brokerAddress(target: Target, certificates: Certificates): BrokerAddress {
  const { protocol, pathname, host } = new URL(target.url);
  const path = pathname === "" || pathname === "/" ? {} : { path: pathname };
  return {
    host: target.address,
    port: target.port,
    tls: protocol === "mqtts:" || protocol === "wss:",
    certificates,
    serverName: target.hostname,
    ...(protocol.startsWith("ws") ? { websocket: { ...path, hostName: host } } : {}),
  };
}
