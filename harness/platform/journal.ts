import { type FileHandle, open } from "node:fs/promises";
import { LoadstoneError } from "../errors.ts";

/** Lines that are on the disk once `append` has resolved. */
export interface Journal {
  append(line: object): Promise<void>;
  close(): Promise<void>;
}

/** A journal on an open file. Lines appended while another write is under way share the next write and its sync. */
export function journalOn(handle: FileHandle): Journal {
  let queued = "";
  let tail = Promise.resolve();
  async function writeQueued() {
    if (queued === "") return;
    const text = queued;
    queued = "";
    await handle.appendFile(text).catch(cannotWrite);
    await handle.datasync().catch(cannotWrite);
  }
  return {
    // Once a write has failed every later one fails too: nothing may be created unrecorded.
    append: (line) => {
      queued += `${JSON.stringify(line)}\n`;
      tail = tail.then(writeQueued);
      return tail;
    },
    close: async () => {
      await tail.catch(() => undefined);
      await handle.close();
    },
  };
}

/** Makes a new file in the directory survive a power cut. */
export async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Is it a system error of that code, e.g. `ENOENT`? */
export const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && "code" in error && error.code === code;

/** Rethrows a failed write as what it means to the run. */
export function cannotWrite(cause: unknown): never {
  const why = cause instanceof Error ? cause.message : String(cause);
  const code = isCode(cause, "ENOSPC") ? "DISK_FULL" : "PROVISIONING_FAILED";
  throw new LoadstoneError(code, `Cannot write the manifest of the run: ${why}`, {
    hint: "Nothing is created on the instance without it; check the directory and its disk.",
    cause,
  });
}
