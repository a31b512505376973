import { readFile, stat } from "node:fs/promises";
import { isMap, isScalar, isSeq, parse as parseYaml, visit, Document, YAMLParseError } from "yaml";
import { LoadstoneError } from "../errors.ts";
import { Profile, type ProfileInput } from "./profile-schema.ts";

/** A trace of 10 000 offsets fits; what is larger is no profile. */
const MAX_FILE_BYTES = 512 * 1024;

export const nameOf = (file: string | URL): string =>
  typeof file === "string" ? file : file.pathname;

/** A small file as text. `hint` says what else could have been given. */
export async function readSmallFile(
  file: string | URL,
  hint: () => Promise<string>,
): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size <= MAX_FILE_BYTES) return await readFile(file, "utf8");
  } catch (cause) {
    const message = `${nameOf(file)} cannot be read`;
    throw new LoadstoneError("SCENARIO_INVALID", message, { cause, hint: await hint() });
  }
  throw new LoadstoneError(
    "SCENARIO_INVALID",
    `${nameOf(file)} is larger than ${MAX_FILE_BYTES / 1024} KiB: no profile is`,
    { hint: "record for a shorter time, or fit a model instead of a trace" },
  );
}

/** YAML without aliases: a small file of them unfolds to any size. */
export function parseSmallYaml(text: string, from: string): unknown {
  try {
    return parseYaml(text, { strict: true, uniqueKeys: true, maxAliasCount: 0 }) as unknown;
  } catch (cause) {
    if (!(cause instanceof YAMLParseError) && !(cause instanceof ReferenceError)) throw cause;
    const [first = ""] = cause.message.split("\n", 1);
    throw new LoadstoneError("SCENARIO_INVALID", `${from}: ${first.replace(/:$/, "")}`, { cause });
  }
}

const SPAN_UNITS = [
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
] as const;

/** Milliseconds as a span in the largest unit that keeps it short: `10s`, `1.5h`, `34ms`. */
export function spanText(ms: number): string {
  for (const [unit, size] of SPAN_UNITS) {
    const value = ms / size;
    if (value >= 1 && Number((value * 100).toFixed(6)) % 1 === 0) return `${value}${unit}`;
  }
  return `${Number(ms.toFixed(3))}ms`;
}

/** Maps, and lists of maps, that read best on one line each. */
const ON_ONE_LINE = new Set(["when", "bytes", "session", "stored", "commands", "api"]);

/** A profile as YAML. Throws Zod's error when it is none, so that no file is written that is refused. */
export function profileText(profile: ProfileInput): string {
  Profile.parse(profile);
  const document = new Document(profile);
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || !ON_ONE_LINE.has(String(key.value))) return;
      if (isMap(value)) value.flow = true;
      if (isSeq(value)) for (const item of value.items) if (isMap(item)) item.flow = true;
    },
  });
  return document.toString({ lineWidth: 100, flowCollectionPadding: true });
}
