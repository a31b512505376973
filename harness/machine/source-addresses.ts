import { createSocket } from "node:dgram";
import { once } from "node:events";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { LoadstoneError } from "../errors.ts";

/** Units that connect from one address of this machine. */
export interface SourceShare {
  readonly address: string;
  readonly units: number;
}

export interface SpreadInput {
  /** IP address of the target. */
  readonly target: string;
  readonly units: number;
  /** Units one source address can carry. */
  readonly perSource: number;
  /** Addresses to use, as the operator named them; empty: whatever serves. */
  readonly named: readonly string[];
  /** Addresses of this machine that reach the target. */
  readonly own: readonly string[];
  /** All of 127.0.0.0/8 is this machine's, as on Linux. */
  readonly wholeLoopback: boolean;
}

/**
 * Which address carries how many Units; empty when the system's own choice carries all. One source
 * address has only as many ports towards one target as the system gives out, about 28 000.
 */
export function spreadUnits(input: SpreadInput): SourceShare[] {
  const { target, units, named } = input;
  // Pairs stay together, so a share is even.
  const perSource = Math.max(2, 2 * Math.floor(input.perSource / 2));
  for (const address of named) checkFamily(address, target);
  if (named.length === 0 && units <= perSource) return [];
  const addresses = named.length > 0 ? named : candidates({ ...input, perSource });
  if (addresses.length * perSource < units) throw tooFew(input, addresses.length);
  const wanted = named.length > 0 ? addresses.length : Math.ceil(units / perSource);
  return shareOut(units, addresses.slice(0, wanted));
}

/** The address of the Unit at `index`, or undefined for the system's choice. */
export function sourceOf(shares: readonly SourceShare[], index: number): string | undefined {
  let rest = index;
  for (const { address, units } of shares) {
    if (rest < units) return address;
    rest -= units;
  }
  return shares.at(-1)?.address;
}

function candidates({ target, units, perSource, own, wholeLoopback }: SpreadInput): string[] {
  if (!wholeLoopback || !target.startsWith("127.")) return [...own];
  const wanted = Math.min(250, Math.ceil(units / perSource));
  return Array.from({ length: wanted }, (_, at) => `127.0.0.${at + 2}`);
}

/** Even numbers, because Units come in pairs. */
function shareOut(units: number, addresses: readonly string[]): SourceShare[] {
  const even = 2 * Math.ceil(units / addresses.length / 2);
  let left = units;
  return addresses.flatMap((address) => {
    const share = Math.min(even, left);
    left -= share;
    return share === 0 ? [] : [{ address, units: share }];
  });
}

function checkFamily(address: string, target: string): void {
  // A target known by name may be of either family.
  if (isIP(target) === 0 || isIP(address) === isIP(target)) return;
  throw new LoadstoneError(
    "CONFIG_INVALID",
    `the source address ${address} cannot reach ${target}: it is of another family`,
    { hint: "give addresses of the target's family with --source-addresses" },
  );
}

function tooFew({ units, perSource, target }: SpreadInput, addresses: number): LoadstoneError {
  const have = addresses === 1 ? "one source address" : `${addresses} source addresses`;
  return new LoadstoneError(
    "PORTS_EXHAUSTED",
    `${units} Units need more ports towards ${target} than ${have} of this machine can give (${perSource} each)`,
    {
      hint: `give ${Math.ceil(units / perSource)} addresses with --source-addresses a,b,…, widen the range with \`sudo sysctl net.ipv4.ip_local_port_range='1024 65000'\`, or lower --max-units`,
    },
  );
}

/** Addresses of the interface that the system would use for the target, that one first. */
export async function ownAddresses(target: string): Promise<string[]> {
  const chosen = await routeSource(target);
  if (chosen === undefined) return [];
  const family = isIP(chosen) === 6 ? "IPv6" : "IPv4";
  const all = Object.values(networkInterfaces()).map((found) =>
    (found ?? []).filter((one) => one.family === family).map(({ address }) => address),
  );
  const same = all.find((addresses) => addresses.includes(chosen)) ?? [];
  return [chosen, ...same.filter((address) => address !== chosen && !address.startsWith("fe80:"))];
}

/** The address the system would connect from. Connecting a datagram socket sends nothing. */
async function routeSource(target: string): Promise<string | undefined> {
  const socket = createSocket(isIP(target) === 6 ? "udp6" : "udp4");
  try {
    const connected = once(socket, "connect");
    socket.connect(9, target);
    await connected;
    return socket.address().address;
  } catch {
    return undefined;
  } finally {
    socket.close();
  }
}
