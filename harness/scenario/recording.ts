import { readFile } from "node:fs/promises";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { LoadstoneError } from "../errors.ts";
import type { Recording } from "../plan/pace.ts";

const rising = (values: readonly number[]): boolean =>
  values.every((value, i) => i === 0 || value >= (values[i - 1] ?? 0));

const MAX_ENTRIES = 1_000_000;
const time = z.number().nonnegative().max(1e9);

/** Send times of single messages, from the start of the recording. */
const Offsets = z
  .strictObject({
    offsetsMs: z.array(time).min(1).max(MAX_ENTRIES).refine(rising, { error: "must rise" }),
    /** Length of the recording; without it the last gap is as long as the mean one. */
    lengthMs: z.number().positive().max(1e9).optional(),
  })
  .transform(({ offsetsMs, lengthMs }) => ({
    offsetsMs,
    lengthMs: lengthMs ?? defaultLengthMs(offsetsMs),
  }))
  .refine(({ offsetsMs, lengthMs }) => (offsetsMs.at(-1) ?? 0) < lengthMs, {
    error: "lengthMs must be past the last offset",
  });

/** A rate over time, straight lines between the points. */
const Points = z.strictObject({
  points: z
    .array(z.strictObject({ atMs: time, perSec: z.number().nonnegative().max(1_000_000) }))
    .min(2)
    .max(MAX_ENTRIES)
    .refine((all) => all[0]?.atMs === 0, { error: "the first point must be at 0" })
    .refine((all) => rising(all.map(({ atMs }) => atMs)), { error: "atMs must rise" })
    .refine((all) => (all.at(-1)?.atMs ?? 0) > 0, { error: "must be longer than nothing" })
    .refine((all) => all.some(({ perSec }) => perSec > 0), { error: "nothing is ever sent" }),
});

function defaultLengthMs(offsetsMs: readonly number[]): number {
  const lastMs = offsetsMs.at(-1) ?? 0;
  const firstMs = offsetsMs[0] ?? 0;
  const meanGapMs = offsetsMs.length < 2 ? 0 : (lastMs - firstMs) / (offsetsMs.length - 1);
  return lastMs + (meanGapMs > 0 ? meanGapMs : 1000);
}

const RecordingFile = z.union([Offsets, Points], {
  error: "needs offsetsMs: [...], or points: [{ atMs, perSec }, ...]",
});

/** Reads a recording: YAML or JSON of either shape, or CSV with the header `offsetMs` or `atMs,perSec`. */
export async function loadRecording(file: string): Promise<Recording> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new LoadstoneError("SCENARIO_INVALID", `${file} cannot be read`, {
      cause,
      hint: "check the path of the recording",
    });
  });
  const parsed = RecordingFile.safeParse(file.endsWith(".csv") ? fromCsv(text) : fromYaml(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new LoadstoneError(
    "SCENARIO_INVALID",
    `${file} is not a recording: ${issue === undefined ? "" : deepest(issue)}`,
    { hint: "give offsetsMs: [...], or points: [{ atMs, perSec }, ...], or CSV of either" },
  );
}

/** A union's own words say least: those of the branch that failed at a value say what to change. */
function deepest(issue: z.core.$ZodIssue): string {
  if (issue.code !== "invalid_union") return issue.message;
  const inner = issue.errors.flat().find(({ code }) => code === "custom");
  return inner?.message ?? issue.message;
}

function fromYaml(text: string): unknown {
  try {
    return parseYaml(text) as unknown;
  } catch {
    return undefined;
  }
}

function fromCsv(text: string): unknown {
  const [head = "", ...lines] = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const rows = lines.map((line) => line.split(",").map((cell) => Number(cell.trim())));
  switch (head.replaceAll(" ", "")) {
    case "offsetMs":
      return { offsetsMs: rows.map(([offsetMs]) => offsetMs) };
    case "atMs,perSec":
      return { points: rows.map(([atMs, perSec]) => ({ atMs, perSec })) };
    default:
      return undefined;
  }
}
