import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/**
 * Who owns a folder of the spool is said by its name alone, so that one rename, which is atomic,
 * hands it over: `<pid>-<start>-<random>-<host>`. The start time tells a process from a later one
 * of the same pid. A released folder has pid 0 and belongs to whoever renames it first.
 */
export interface FolderOwner {
  readonly pid: number;
  /** Start of the process in clock ticks since boot; "0" where /proc does not tell. */
  readonly start: string;
  readonly random: string;
  readonly host: string;
}

/** A folder of another host (a shared volume) counts as abandoned when untouched for this long. */
export const FOREIGN_SILENCE_MS = 10 * 60_000;

/** Owner by this process. */
export const ourselves = (random: string): FolderOwner => ({
  pid: process.pid,
  start: startOf(process.pid) ?? "0",
  random,
  host: thisHost(),
});

export const folderName = ({ pid, start, random, host }: FolderOwner): string =>
  `${pid}-${start}-${random}-${host}`;

/** The same folder without an owner. */
export const released = (owner: FolderOwner): FolderOwner => ({ ...owner, pid: 0, start: "0" });

/** Undefined for folders that are not ours to touch, such as `rejected`. */
export function parseFolderName(name: string): FolderOwner | undefined {
  const [, pid, start, random, host] = /^(\d+)-(\d+)-([0-9a-f]+)-(.+)$/.exec(name) ?? [];
  if (pid === undefined || start === undefined || random === undefined || host === undefined) {
    return undefined;
  }
  return { pid: Number(pid), start, random, host };
}

/** True when nobody writes to the folder any more. `silentMs`: time since it was last touched. */
export function isAbandoned(owner: FolderOwner, silentMs: number): boolean {
  if (owner.pid === 0) return true;
  if (owner.host !== thisHost()) return silentMs > FOREIGN_SILENCE_MS;
  if (!isAlive(owner.pid)) return true;
  return owner.start !== "0" && startOf(owner.pid) !== owner.start;
}

const thisHost = (): string => hostname().replaceAll(/[^\w.-]/g, "_") || "localhost";

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in brackets may hold spaces; the start is the 20th field after it.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
