import { readFileSync } from "node:fs";

/** A small text file, or undefined where there is none. */
export type ReadText = (path: string) => string | undefined;

export const readText: ReadText = (path) => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
};

/** The CPU limit that the system puts on our group of processes. */
export interface CpuGroup {
  /** Cores we may use on average; Infinity without a limit. */
  readonly quotaCores: number;
  /** Time in which the group was held back because its quota was used up, milliseconds so far. */
  throttledMs(): number;
}

/** One folder of the hierarchy that sets a limit. */
interface Limit {
  readonly quotaCores: number;
  throttledMs(): number;
}

const ROOT = "/sys/fs/cgroup";

/** Our own group and all above it; undefined where the system has no such groups. */
export function openCpuGroup(read: ReadText = readText): CpuGroup | undefined {
  const own = read("/proc/self/cgroup");
  if (own === undefined) return undefined;
  const limits = [...limitsOfVersion2(own, read), ...limitsOfVersion1(own, read)];
  return {
    quotaCores: Math.min(Infinity, ...limits.map(({ quotaCores }) => quotaCores)),
    throttledMs: () => limits.reduce((sum, limit) => sum + limit.throttledMs(), 0),
  };
}

/** Line "0::/path" of /proc/self/cgroup; `cpu.max` says "quota period" or "max period", in µs. */
function limitsOfVersion2(own: string, read: ReadText): Limit[] {
  const path = /^0::(\/.*)$/m.exec(own)?.[1];
  if (path === undefined) return [];
  return foldersOf(ROOT, path).flatMap((folder) => {
    const [quota, period] = (read(`${folder}/cpu.max`) ?? "").trim().split(" ").map(Number);
    const throttledMs = () => statOf(read, folder, "throttled_usec") / 1000;
    return limitOf(quota, period, throttledMs);
  });
}

/** Line "n:cpu,cpuacct:/path"; quota −1 is none. Throttled time is in nanoseconds here. */
function limitsOfVersion1(own: string, read: ReadText): Limit[] {
  const [, controllers, path] = /^\d+:((?:\w+,)*cpu(?:,\w+)*):(\/.*)$/m.exec(own) ?? [];
  if (controllers === undefined || path === undefined) return [];
  return foldersOf(`${ROOT}/${controllers}`, path).flatMap((folder) => {
    const quota = Number(read(`${folder}/cpu.cfs_quota_us`) ?? Number.NaN);
    const period = Number(read(`${folder}/cpu.cfs_period_us`) ?? Number.NaN);
    return limitOf(quota, period, () => statOf(read, folder, "throttled_time") / 1e6);
  });
}

/**
 * A group's folder and those above it. In a container the path may be the host's, of which nothing
 * is to be seen but the root.
 */
function foldersOf(mount: string, path: string): string[] {
  const parts = path.split("/").filter((part) => part !== "");
  return Array.from({ length: parts.length + 1 }, (_, depth) =>
    [mount, ...parts.slice(0, depth)].join("/"),
  );
}

function limitOf(quota = Number.NaN, period = Number.NaN, throttledMs: () => number): Limit[] {
  const quotaCores = quota / period;
  return quotaCores > 0 && Number.isFinite(quotaCores) ? [{ quotaCores, throttledMs }] : [];
}

function statOf(read: ReadText, folder: string, name: string): number {
  const value = new RegExp(`^${name} (\\d+)$`, "m").exec(read(`${folder}/cpu.stat`) ?? "")?.[1];
  return Number(value ?? 0);
}
