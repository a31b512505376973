import { mkdir, open, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { cannotWrite, isCode, type Journal, journalOn, syncDirectory } from "./journal.ts";
import { startOfProcess } from "./liveness.ts";

/**
 * A journal of what a run creates on an instance, one JSON object a line, so that a crash at any
 * point leaves enough to clean up by. An intent is on the disk before the request is sent. No
 * secret is ever written.
 */

const Kind = z.enum(["registry", "repo", "unit"]);
export type Kind = z.infer<typeof Kind>;

const Header = z.object({
  event: z.literal("run"),
  runId: z.string().regex(/^[\w.-]+$/),
  url: z.string(),
  pid: z.int(),
  /** Tells this process from a later one with the same pid; absent where the system hides it. */
  processStart: z.string().optional(),
  /** State directory of a sandbox of our own: it died with the run, and its port tells nothing. */
  sandbox: z.string().optional(),
});
export type Header = z.infer<typeof Header>;

const Line = z.discriminatedUnion("event", [
  Header,
  z.object({ event: z.literal("intent"), kind: Kind, name: z.string() }),
  z.object({ event: z.literal("made"), kind: Kind, name: z.string(), uuid: z.string() }),
  z.object({ event: z.literal("removed"), kind: Kind, name: z.string() }),
]);
type Line = z.infer<typeof Line>;

/** A thing meant to be created and not known to be removed; without a uuid nobody saw it made. */
export interface Entry {
  readonly kind: Kind;
  /** Unique on the instance; a registry is named by its URL. */
  readonly name: string;
  readonly uuid?: string;
}

export interface Manifest {
  readonly file: string;
  readonly header: Header;
  /** What is left to remove. */
  outstanding(): readonly Entry[];
  /** To be awaited before the creation is asked for. */
  intend(kind: Kind, name: string): Promise<void>;
  made(kind: Kind, name: string, uuid: string): Promise<void>;
  removed(kind: Kind, name: string): Promise<void>;
  /** Deletes the file if nothing is outstanding and `removeWhenEmpty`. */
  close(removeWhenEmpty: boolean): Promise<void>;
}

/** What a manifest file says. */
export interface ManifestContent {
  /** Missing while the first line is not whole: then nothing has been created. */
  readonly header: Header | undefined;
  readonly outstanding: readonly Entry[];
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

/** Goes on with the manifest of a run that ended early. */
export async function reopenManifest(
  file: string,
  header: Header,
  outstanding: readonly Entry[],
): Promise<Manifest> {
  const handle = await open(file, "a").catch(cannotWrite);
  // Ends a torn line, so that what follows begins on its own.
  await handle.appendFile("\n").catch(() => undefined);
  return manifestOn(file, header, journalOn(handle), outstanding);
}

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

/** Reads a manifest; a line cut short by a crash is passed over. */
export async function readManifest(file: string): Promise<ManifestContent> {
  const lines = (await readFile(file, "utf8")).split("\n").flatMap(parseLine);
  const outstanding = new Map<string, Entry>();
  for (const line of lines) note(outstanding, line);
  const header = lines.find((line) => line.event === "run");
  return { header, outstanding: [...outstanding.values()] };
}

function parseLine(text: string): Line[] {
  try {
    return [Line.parse(JSON.parse(text))];
  } catch {
    return [];
  }
}

function note(outstanding: Map<string, Entry>, line: Line): void {
  if (line.event === "run") return;
  const { event, kind, name } = line;
  const key = `${kind} ${name}`;
  if (event === "removed") outstanding.delete(key);
  else if (event === "made") outstanding.set(key, { kind, name, uuid: line.uuid });
  else if (!outstanding.has(key)) outstanding.set(key, { kind, name });
}

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
    close: async (removeWhenEmpty) => {
      await journal.close();
      if (removeWhenEmpty && outstanding.size === 0) await rm(file, { force: true });
    },
  };
}
