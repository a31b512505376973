import { randomUUID } from "node:crypto";
import { link, readFile, rm, writeFile } from "node:fs/promises";
import { z } from "zod";
import { isCode } from "./journal.ts";
import { isAlive, startOfProcess } from "./liveness.ts";

const Holder = z.object({ pid: z.int(), processStart: z.string().optional() });

/**
 * Work that only one process at a time may do; a lock whose process died is broken.
 * @returns undefined while another process does it
 */
export async function underFileLock<T>(lock: string, work: () => Promise<T>) {
  const { pid } = process;
  const draft = `${lock}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify({ pid, processStart: startOfProcess(pid) }));
  try {
    // A link, unlike a file being written, is there whole or not at all.
    if (!(await isLinked(draft, lock))) {
      if (await isHeld(lock)) return undefined;
      await rm(lock, { force: true });
      if (!(await isLinked(draft, lock))) return undefined;
    }
    try {
      return await work();
    } finally {
      await rm(lock, { force: true });
    }
  } finally {
    await rm(draft, { force: true });
  }
}

const isLinked = (draft: string, lock: string): Promise<boolean> =>
  link(draft, lock).then(
    () => true,
    (error: unknown) => {
      if (isCode(error, "EEXIST")) return false;
      throw error;
    },
  );

async function isHeld(lock: string): Promise<boolean> {
  const text = await readFile(lock, "utf8").catch((error: unknown) => {
    if (isCode(error, "ENOENT")) return undefined;
    throw error;
  });
  return text !== undefined && isAlive(Holder.parse(JSON.parse(text)));
}
