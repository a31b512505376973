import { BlockList, isIP } from "node:net";
import { LoadstoneError } from "../errors.ts";

/**
 * Keeps load away from instances that are not plainly ours. Loopback and private addresses pass;
 * a public one only on the operator's word and an Admin login there.
 */

export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

/** A target that may be loaded, its address fixed for the run. */
export interface Target extends Address {
  readonly kind: "instance" | "broker";
  /** Scheme, host and port; with the path of a WebSocket. */
  readonly url: string;
  readonly hostname: string;
  readonly port: number;
  readonly isPrivate: boolean;
}

export interface GateOptions {
  /** All addresses of a host name. */
  readonly lookup: (hostname: string) => Promise<readonly Address[]>;
  /** The operator said `--yes`. */
  readonly yes: boolean;
  /** Proves by the target's own API, at the pinned address, that our login is an Admin's. */
  readonly isAdmin?: (target: Target) => Promise<boolean>;
}

const SCHEMES: Readonly<Record<string, Pick<Target, "kind" | "port">>> = {
  "http:": { kind: "instance", port: 80 },
  "https:": { kind: "instance", port: 443 },
  "mqtt:": { kind: "broker", port: 1883 },
  "mqtts:": { kind: "broker", port: 8883 },
  "ws:": { kind: "broker", port: 80 },
  "wss:": { kind: "broker", port: 443 },
};

/** Gives the target with its address pinned, or refuses it. */
export async function checkTarget(text: string, options: GateOptions): Promise<Target> {
  const parts = parseTarget(text);
  const addresses = await resolve(parts.hostname, options);
  const [first] = addresses;
  if (first === undefined) throw unresolved(parts.hostname, undefined);
  const outside = addresses.filter(({ address }) => !isPrivateAddress(address));
  if (outside.length > 0 && outside.length < addresses.length) {
    const found = addresses.map(({ address }) => address).join(", ");
    throw notAllowed(
      `${parts.hostname} has both private and public addresses (${found}).`,
      "Give the address meant, instead of the name.",
    );
  }
  const target: Target = { ...parts, ...first, isPrivate: outside.length === 0 };
  if (!target.isPrivate) await checkPublic(target, options);
  return target;
}

async function checkPublic(target: Target, { yes, isAdmin }: GateOptions): Promise<void> {
  const at = `${target.url} is at the public address ${target.address}`;
  if (target.kind === "broker" || isAdmin === undefined) {
    throw notAllowed(`${at}, and nothing there can prove that it is yours.`, PRIVATE_HINT);
  }
  if (!yes) throw notAllowed(`${at}.`, PUBLIC_HINT);
  if (!(await isAdmin(target)))
    throw notAllowed(`${at}, and the login is no Admin's.`, PUBLIC_HINT);
}

const PRIVATE_HINT = "Loopback and private addresses may be loaded, e.g. from within its network.";
const PUBLIC_HINT =
  "If the instance is yours, give --yes and the login of one of its Admins in LOADSTONE_LOGIN " +
  "and LOADSTONE_PASSWORD.";

function parseTarget(text: string): Pick<Target, "kind" | "url" | "hostname" | "port"> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const scheme = SCHEMES[url?.protocol ?? ""];
  if (url === undefined || scheme === undefined || url.hostname === "") {
    throw invalid(
      `"${withoutCredentials(text)}" is not the address of a target.`,
      "Write http://host or https://host for an instance, mqtt://, mqtts://, ws:// or wss://host for a broker.",
    );
  }
  if (url.username !== "" || url.password !== "") {
    throw invalid(
      `The address of ${url.hostname} carries a user name or a password.`,
      "Leave them out of the URL and set LOADSTONE_LOGIN and LOADSTONE_PASSWORD.",
    );
  }
  const path = url.pathname.replace(/\/+$/, "");
  const isWebSocket = url.protocol.startsWith("ws");
  const mayStand = isWebSocket || (scheme.kind === "instance" && path === "/pepeunit");
  const hasPath = path !== "" && !mayStand;
  if (hasPath || url.search !== "" || url.hash !== "") {
    throw invalid(
      `The address of ${url.hostname} goes on after the host.`,
      "Leave only scheme, host and port.",
    );
  }
  const port = url.port === "" ? scheme.port : Number(url.port);
  const hostname = hostOf(url);
  const rest = isWebSocket ? path : "";
  return { kind: scheme.kind, url: `${url.protocol}//${url.host}${rest}`, hostname, port };
}

/** The host in its plain form (`0x7f.1` is 127.0.0.1), which URL gives for http alone. */
function hostOf({ hostname }: URL): string {
  const plain = `http://${hostname}`;
  return (URL.canParse(plain) ? new URL(plain).hostname : hostname).replace(/^\[|\]$/g, "");
}

const withoutCredentials = (text: string): string => text.replace(/\/\/.*@/, "//");

async function resolve(hostname: string, { lookup }: GateOptions): Promise<readonly Address[]> {
  const family = isIP(hostname);
  if (family === 4 || family === 6) return [{ address: hostname, family }];
  try {
    return await lookup(hostname);
  } catch (error) {
    throw unresolved(hostname, error);
  }
}

const PRIVATE = new BlockList();
PRIVATE.addSubnet("127.0.0.0", 8);
PRIVATE.addSubnet("10.0.0.0", 8);
PRIVATE.addSubnet("172.16.0.0", 12);
PRIVATE.addSubnet("192.168.0.0", 16);
PRIVATE.addSubnet("169.254.0.0", 16);
PRIVATE.addAddress("::1", "ipv6");
PRIVATE.addSubnet("fc00::", 7, "ipv6");
PRIVATE.addSubnet("fe80::", 10, "ipv6");

/** Loopback, private or link-local; an IPv4 address in IPv6 notation counts as what it stands for. */
export function isPrivateAddress(text: string): boolean {
  const address = text.replace(/%.*$/, "");
  const family = isIP(address);
  return family !== 0 && PRIVATE.check(address, family === 4 ? "ipv4" : "ipv6");
}

const notAllowed = (message: string, hint: string) =>
  new LoadstoneError("TARGET_NOT_ALLOWED", message, { hint });

const invalid = (message: string, hint: string) =>
  new LoadstoneError("CONFIG_INVALID", message, { hint });

const unresolved = (hostname: string, cause: unknown) =>
  new LoadstoneError("TARGET_UNREACHABLE", `The host name ${hostname} has no address.`, {
    hint: "Check the spelling, and that this machine can resolve it.",
    cause,
  });
