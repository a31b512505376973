import { readFile } from "node:fs/promises";
import { isIPv4 } from "node:net";

/** Ports the system gives to connections that ask for none. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** What the system uses where it does not say (RFC 6335 §6). */
const IANA_RANGE: PortRange = { first: 49_152, last: 65_535 };

export async function readPortRange(): Promise<PortRange> {
  const text = await readFile("/proc/sys/net/ipv4/ip_local_port_range", "utf8").catch(() => "");
  return parsePortRange(text) ?? IANA_RANGE;
}

export function parsePortRange(text: string): PortRange | undefined {
  const [, first, last] = /^(\d+)\s+(\d+)\s*$/.exec(text) ?? [];
  if (first === undefined || last === undefined || Number(last) < Number(first)) return undefined;
  return { first: Number(first), last: Number(last) };
}

export const portCount = ({ first, last }: PortRange): number => last - first + 1;

/** Ports left to others on this machine, and to connections that close and open again. */
const SPARE = 500;
const SPARE_RATIO = 0.05;

/** Units one source address can carry to one target address. */
export const unitsPerSource = (range: PortRange): number => {
  const ports = portCount(range);
  return Math.max(1, Math.floor(ports - Math.max(SPARE, ports * SPARE_RATIO)));
};

const TIME_WAIT = "06";

/** Connections of this machine to one address and port. */
export interface PortsInUse {
  readonly open: number;
  /** Closed, their ports held back for a minute. */
  readonly timeWait: number;
}

/** Zeros where the system does not tell. IPv4 only: IPv6 targets have ports of their own. */
export async function readPortsInUse(address: string, port: number): Promise<PortsInUse> {
  const text = await readFile("/proc/net/tcp", "utf8").catch(() => "");
  return countPorts(text, address, port);
}

const hex = (value: number, width: number): string =>
  value.toString(16).toUpperCase().padStart(width, "0");

/** @param table what `/proc/net/tcp` holds. */
export function countPorts(table: string, address: string, port: number): PortsInUse {
  if (!isIPv4(address)) return { open: 0, timeWait: 0 };
  // Four bytes in the order of this machine, which is little-endian wherever this runs.
  const bytes = address.split(".").map(Number).toReversed();
  const remote = `${bytes.map((byte) => hex(byte, 2)).join("")}:${hex(port, 4)}`;
  let open = 0;
  let timeWait = 0;
  for (const line of table.split("\n")) {
    const [, , found, state] = line.trim().split(/\s+/, 4);
    if (found !== remote) continue;
    if (state === TIME_WAIT) timeWait++;
    else open++;
  }
  return { open, timeWait };
}
