import { z } from "zod";

/** The lines of a manifest, and what they come to. */

const Kind = z.enum(["user", "registry", "repo", "unit"]);
export type Kind = z.infer<typeof Kind>;

const RunId = z.string().regex(/^[\w.-]+$/);

/** Tells a process from a later one with the same pid; `processStart` is absent where the system hides it. */
const Process = z.object({ pid: z.int(), processStart: z.string().optional() });

export const Header = Process.extend({
  event: z.literal("run"),
  runId: RunId,
  url: z.string(),
  /** State directory of a sandbox of our own: it died with the run, and its port tells nothing. */
  sandbox: z.string().optional(),
});
export type Header = z.infer<typeof Header>;

const Line = z.discriminatedUnion("event", [
  Header,
  /** Another process goes on with it; `keep` when that one is to leave the things there again. */
  Process.extend({ event: z.literal("taken"), runId: RunId, keep: z.boolean() }),
  /** The things are left for a later run. */
  z.object({ event: z.literal("kept"), atMs: z.number() }),
  /** The process has done what it could; what is left is for a clean-up. */
  z.object({ event: z.literal("released") }),
  z.object({ event: z.literal("intent"), kind: Kind, name: z.string() }),
  z.object({ event: z.literal("made"), kind: Kind, name: z.string(), uuid: z.string() }),
  z.object({ event: z.literal("removed"), kind: Kind, name: z.string() }),
]);
export type Line = z.infer<typeof Line>;

/** A thing meant to be created and not known to be removed; without a uuid nobody saw it made. */
export interface Entry {
  readonly kind: Kind;
  /** Unique on the instance; a registry is named by its URL, a user by the login. */
  readonly name: string;
  readonly uuid?: string;
}

/** What a manifest file says. */
export interface ManifestContent {
  /** Missing while the first line is not whole: then nothing has been created. */
  readonly header: Header | undefined;
  /** The process that works with the things, or died over it; none when it let them go. */
  readonly holder: z.infer<typeof Process> | undefined;
  /** When the things were left for a later run; a run that dies while it reuses them keeps them. */
  readonly keptAtMs: number | undefined;
  readonly outstanding: readonly Entry[];
}

/** Reads the text of a manifest; a line cut short by a crash is passed over. */
export function parseManifest(text: string): ManifestContent {
  const outstanding = new Map<string, Entry>();
  let content: Omit<ManifestContent, "outstanding"> = {
    header: undefined,
    holder: undefined,
    keptAtMs: undefined,
  };
  for (const line of text.split("\n").flatMap(parseLine)) {
    note(outstanding, line);
    if (line.event === "run") content = { ...content, header: line, holder: line };
    if (line.event === "kept") content = { ...content, holder: undefined, keptAtMs: line.atMs };
    if (line.event === "released") content = { ...content, holder: undefined };
    if (line.event === "taken") {
      content = { ...content, holder: line, keptAtMs: line.keep ? content.keptAtMs : undefined };
    }
  }
  return { ...content, outstanding: [...outstanding.values()] };
}

function parseLine(text: string): Line[] {
  try {
    return [Line.parse(JSON.parse(text))];
  } catch {
    return [];
  }
}

/** Keeps account of what is outstanding, by kind and name. */
export function note(outstanding: Map<string, Entry>, line: Line): void {
  if (!("kind" in line)) return;
  const { event, kind, name } = line;
  const key = `${kind} ${name}`;
  if (event === "removed") outstanding.delete(key);
  else if (event === "made") outstanding.set(key, { kind, name, uuid: line.uuid });
  else if (!outstanding.has(key)) outstanding.set(key, { kind, name });
}
