import { mkdir, open, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { underFileLock } from "./file-lock.ts";
import { cannotWrite, isCode, type Journal, journalOn, syncDirectory } from "./journal.ts";
import { isAlive, startOfProcess } from "./liveness.ts";
import {
  type Entry,
  Header,
  type Kind,
  type Line,
  type ManifestContent,
  note,
  parseManifest,
} from "./manifest-lines.ts";

/**
 * A journal of what a run creates on an instance, one JSON object a line, so that a crash at any
 * point leaves enough to clean up by, and a later run enough to go on with. An intent is on the
 * disk before the request is sent. No secret is ever written.
 */

export interface Manifest {
  readonly file: string;
  readonly header: Header;
  /** What is left to remove. */
  outstanding(): readonly Entry[];
  /** To be awaited before the creation is asked for. */
  intend(kind: Kind, name: string): Promise<void>;
  made(kind: Kind, name: string, uuid: string): Promise<void>;
  removed(kind: Kind, name: string): Promise<void>;
  /** Leaves the things to a later run. */
  keep(atMs: number): Promise<void>;
  /** Lets others work with the things though this process goes on. */
  release(): Promise<void>;
  /** Deletes the file if nothing is outstanding and `removeWhenEmpty`. */
  close(removeWhenEmpty: boolean): Promise<void>;
}

/** Starts the manifest of a run; a second one of the same run id is refused. */
export async function openManifest(
  dir: string,
  run: {
    readonly runId: string;
    readonly url: string;
    readonly pid?: number;
    readonly sandbox?: string | undefined;
  },
): Promise<Manifest> {
  const pid = run.pid ?? process.pid;
  const processStart = startOfProcess(pid);
  const header = Header.parse({ event: "run", ...run, pid, processStart });
  await mkdir(dir, { recursive: true, mode: 0o700 }).catch(cannotWrite);
  const file = join(dir, `${header.runId}.ndjson`);
  const handle = await open(file, "ax", 0o600).catch(cannotWrite);
  const journal = journalOn(handle);
  try {
    await journal.append(header);
    await syncDirectory(dir).catch(cannotWrite);
  } catch (error) {
    // Nothing has been created yet, and half a manifest would only puzzle the next clean-up.
    await journal.close().catch(() => undefined);
    await rm(file, { force: true }).catch(() => undefined);
    throw error;
  }
  return manifestOn(file, header, journal, []);
}

/**
 * Goes on with a manifest that nobody works with: its run died, or kept its things.
 * @param by `keep` when the things are to stay there whatever becomes of this process
 * @returns undefined while another process has it, or when it names no run
 */
export async function takeManifest(
  file: string,
  by: { readonly runId: string; readonly keep: boolean; readonly pid?: number },
): Promise<Manifest | undefined> {
  const { runId, keep, pid = process.pid } = by;
  return underFileLock(`${file}.lock`, async () => {
    const { header, outstanding, holder } = await readManifest(file);
    if (header === undefined || !isFree({ holder })) return undefined;
    const handle = await open(file, "a").catch(cannotWrite);
    // Ends a torn line, so that what follows begins on its own.
    await handle.appendFile("\n").catch(cannotWrite);
    const journal = journalOn(handle);
    await journal.append({ event: "taken", runId, keep, pid, processStart: startOfProcess(pid) });
    return manifestOn(file, header, journal, outstanding);
  });
}

/** Does no living process work with its things? */
export const isFree = ({ holder }: Pick<ManifestContent, "holder">): boolean =>
  holder === undefined || !isAlive(holder);

/** The manifest files in a directory; none when there is no directory. */
export async function listManifests(dir: string): Promise<string[]> {
  try {
    const names = await readdir(dir);
    return names.filter((name) => name.endsWith(".ndjson")).map((name) => join(dir, name));
  } catch (error) {
    if (isCode(error, "ENOENT")) return [];
    throw error;
  }
}

export const readManifest = async (file: string): Promise<ManifestContent> =>
  parseManifest(await readFile(file, "utf8"));

function manifestOn(
  file: string,
  header: Header,
  journal: Journal,
  entries: readonly Entry[],
): Manifest {
  const outstanding = new Map(entries.map((entry) => [`${entry.kind} ${entry.name}`, entry]));
  const write = async (line: Line) => {
    await journal.append(line);
    note(outstanding, line);
  };
  return {
    file,
    header,
    outstanding: () => [...outstanding.values()],
    intend: (kind, name) => write({ event: "intent", kind, name }),
    made: (kind, name, uuid) => write({ event: "made", kind, name, uuid }),
    removed: (kind, name) => write({ event: "removed", kind, name }),
    keep: (atMs) => write({ event: "kept", atMs }),
    release: () => write({ event: "released" }),
    close: async (removeWhenEmpty) => {
      await journal.close();
      if (removeWhenEmpty && outstanding.size === 0) await rm(file, { force: true });
    },
  };
}
