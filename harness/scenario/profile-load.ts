import { readFile, readdir, stat } from "node:fs/promises";
import { basename } from "node:path";
import { parse as parseYaml, YAMLParseError } from "yaml";
import { z } from "zod";
import { LoadstoneError } from "../errors.ts";
import { wordsFor } from "../setting-problems.ts";
import { SCENARIO_DIRECTORY } from "./load.ts";
import { topicProblems } from "./profile-problems.ts";
import { Profile, Topic } from "./profile-schema.ts";

/** Profiles as shipped. */
export const PROFILE_DIRECTORY = new URL("profiles/", SCENARIO_DIRECTORY);

/** A trace of 10 000 offsets fits; what is larger is no profile. */
const MAX_FILE_BYTES = 512 * 1024;

/** Reads a profile by the id of a shipped one or from a file; every problem is named at once. */
export async function loadProfile(idOrFile: string | URL): Promise<Profile> {
  const file = placeOf(idOrFile);
  const text = await readText(file);
  const name = nameOf(file);
  return parseProfile(text, name, basename(name).replace(/\.ya?ml$/, ""));
}

/** Ids of the shipped profiles, in order. */
export async function listProfileIds(): Promise<readonly string[]> {
  const files = await readdir(PROFILE_DIRECTORY);
  return files
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => file.slice(0, -5))
    .sort();
}

/** A profile from its text; `from` names the place in messages, `id` is what the file is named. */
export function parseProfile(text: string, from: string, id?: string): Profile {
  const raw = parseText(text, from);
  const parsed = Profile.safeParse(raw, { error: wordsFor });
  const problems = [
    ...nameProblems(raw, id),
    ...(parsed.success
      ? []
      : [z.prettifyError(parsed.error), ...hiddenProblems(raw, parsed.error)]),
  ];
  if (parsed.success && problems.length === 0) return parsed.data;
  throw new LoadstoneError(
    "SCENARIO_INVALID",
    `${from} is not a valid profile:\n${problems.join("\n")}`,
    { hint: "the schema is scenarios/schema/profile-1.json" },
  );
}

const isId = (text: string): boolean => /^[a-z][a-z0-9-]*$/.test(text);

function placeOf(idOrFile: string | URL): string | URL {
  return typeof idOrFile === "string" && isId(idOrFile)
    ? new URL(`${idOrFile}.yaml`, PROFILE_DIRECTORY)
    : idOrFile;
}

const nameOf = (file: string | URL): string => (typeof file === "string" ? file : file.pathname);

async function readText(file: string | URL): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size <= MAX_FILE_BYTES) return await readFile(file, "utf8");
  } catch (cause) {
    throw new LoadstoneError("SCENARIO_INVALID", `${nameOf(file)} cannot be read`, {
      cause,
      hint: `give a file or one of ${(await listProfileIds()).join(", ")}`,
    });
  }
  throw new LoadstoneError(
    "SCENARIO_INVALID",
    `${nameOf(file)} is larger than ${MAX_FILE_BYTES / 1024} KiB: no profile is`,
  );
}

function parseText(text: string, from: string): unknown {
  try {
    return parseYaml(text, { strict: true, uniqueKeys: true, maxAliasCount: 0 }) as unknown;
  } catch (cause) {
    if (!(cause instanceof YAMLParseError) && !(cause instanceof ReferenceError)) throw cause;
    const [first = ""] = cause.message.split("\n", 1);
    throw new LoadstoneError("SCENARIO_INVALID", `${from}: ${first.replace(/:$/, "")}`, { cause });
  }
}

function nameProblems(raw: unknown, id: string | undefined): string[] {
  const named = z.looseObject({ id: z.string() }).safeParse(raw);
  if (id === undefined || !named.success || named.data.id === id) return [];
  return [`✖ is named "${id}" but its id is "${named.data.id}": give both the same name`];
}

/** Checks across topics, which the schema leaves out as soon as anything else is wrong. */
function hiddenProblems(raw: unknown, { issues }: z.ZodError): string[] {
  if (issues.some(({ code }) => code === "custom")) return [];
  const loose = z.looseObject({ topics: z.array(z.unknown()) }).safeParse(raw);
  if (!loose.success) return [];
  const topics = loose.data.topics.map((topic) => Topic.safeParse(topic));
  const right = topics.flatMap(({ data }) => (data === undefined ? [] : [data]));
  // With a topic missing, its followers would be blamed for what is wrong with it.
  if (right.length < topics.length) return [];
  return topicProblems(right).map(
    ({ path, message }) => `✖ ${message}\n  → at topics.${path.join(".")}`,
  );
}
