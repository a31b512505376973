import { z } from "zod";
import { LOG_LEVELS, type LogLevel } from "../records/rows.ts";
import { UnitState } from "../state/rows.ts";

/** Longer than this and the backend does not look at a message; in characters. */
const MAX_CHARS = 262_144;

/** The JSON of a message of a device; undefined for what the backend drops. */
export function readJson(payload: Buffer): unknown {
  const text = payload.toString("utf8");
  if (text.length > MAX_CHARS) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A state: keys that it lacks are null, keys that nobody knows are left out. */
export function readState(json: unknown): UnitState | undefined {
  const isObject = typeof json === "object" && json !== null && !Array.isArray(json);
  return isObject ? UnitState.safeParse(json).data : undefined;
}

export interface LogEntry {
  readonly level: LogLevel;
  readonly text: string;
  readonly createdAtMs: number;
}

const Level = z
  .string()
  .transform((text) => text.charAt(0).toUpperCase() + text.slice(1))
  .pipe(z.enum(LOG_LEVELS));
const Entry = z.object({
  level: Level,
  text: z.string(),
  /** An ISO date, naive ones in UTC, or MicroPython's milliseconds since the epoch. */
  create_datetime: z.union([z.number(), z.string()]).nullish(),
});
const Entries = z.union([z.array(Entry), Entry.transform((entry) => [entry])]);

const MISSING_STEP_MS = 1000;

/** One entry or a list of them; a single bad one drops the whole message. */
export function readLog(json: unknown, nowMs: number): readonly LogEntry[] | undefined {
  const entries = Entries.safeParse(json).data?.map(({ level, text, create_datetime }, at) => ({
    level,
    text,
    createdAtMs: Math.floor(toMs(create_datetime) ?? nowMs + at * MISSING_STEP_MS),
  }));
  return entries?.some(({ createdAtMs }) => Number.isNaN(createdAtMs)) ? undefined : entries;
}

function toMs(time: string | number | null | undefined): number | undefined {
  if (typeof time !== "string") return time ?? undefined;
  return Date.parse(/(Z|[+-]\d{2}:?\d{2})$/.test(time) ? time : `${time}Z`);
}
