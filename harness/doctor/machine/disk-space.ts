import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { bad, type Check, ok } from "../check.ts";

const MB = 1024 * 1024;
/** A long run's rows, its spool while ClickHouse is away, and room to merge them. */
const WANTED_BYTES = 2048 * MB;
const LEAST_BYTES = 300 * MB;

export const diskSpace: Check = {
  id: "disk",
  title: "Disk",
  about: "machine",
  run: async ({ settings }) => judgeDisk(await freeBytes(settings.data), settings.data),
};

/** Of the folder, or of where it will be made. */
async function freeBytes(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    const parent = dirname(folder);
    if (parent === folder) throw error;
    return freeBytes(parent);
  }
}

export function judgeDisk(free: number, folder: string) {
  const seen = `${Math.round(free / MB)} MB free for ${folder}`;
  const needed = `${WANTED_BYTES / MB} MB`;
  if (free >= WANTED_BYTES) return ok(seen, needed);
  const fix = "free some space there, or put the data elsewhere: --data DIR or LOADSTONE_DATA";
  return bad(free < LEAST_BYTES ? "fail" : "warn", seen, needed, fix);
}
