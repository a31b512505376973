import { readdir } from "node:fs/promises";
import { basename } from "node:path";
import { z } from "zod";
import { LoadstoneError } from "../errors.ts";
import { wordsFor } from "../setting-problems.ts";
import { SCENARIO_DIRECTORY } from "./load.ts";
import { topicProblems } from "./profile-problems.ts";
import { Profile, Topic } from "./profile-schema.ts";
import { nameOf, parseSmallYaml, readSmallFile } from "./profile-text.ts";

/** Profiles as shipped. */
export const PROFILE_DIRECTORY = new URL("profiles/", SCENARIO_DIRECTORY);

/** Reads a profile by the id of a shipped one or from a file; every problem is named at once. */
export async function loadProfile(idOrFile: string | URL): Promise<Profile> {
  const file = placeIn(PROFILE_DIRECTORY, idOrFile);
  const text = await readSmallFile(file, async () => {
    const ids = await listProfileIds();
    return `give a file or one of ${ids.join(", ")}`;
  });
  return parseProfile(text, nameOf(file), idOf(file));
}

/** Ids of the shipped profiles, in order. */
export const listProfileIds = (): Promise<readonly string[]> => idsIn(PROFILE_DIRECTORY);

/** A profile from its text; `from` names the place in messages, `id` is what the file is named. */
export function parseProfile(text: string, from: string, id?: string): Profile {
  const raw = parseSmallYaml(text, from);
  const parsed = Profile.safeParse(raw, { error: wordsFor });
  const hidden = parsed.success ? [] : hiddenProblems(raw, parsed.error);
  return accepted(parsed, from, [...nameProblems(raw, id), ...hidden], "profile");
}

/** What was parsed, or an error with every problem of it and the `others` beside. */
export function accepted<T>(
  parsed: z.ZodSafeParseResult<T>,
  from: string,
  others: readonly string[],
  kind: "profile" | "mix",
): T {
  if (parsed.success && others.length === 0) return parsed.data;
  const problems = [...(parsed.success ? [] : [z.prettifyError(parsed.error)]), ...others];
  throw new LoadstoneError(
    "SCENARIO_INVALID",
    `${from} is not a valid ${kind}:\n${problems.join("\n")}`,
    { hint: `the schema is scenarios/schema/${kind}-1.json` },
  );
}

/** A shipped file by its id, or the file itself. */
export const placeIn = (directory: URL, idOrFile: string | URL): string | URL =>
  typeof idOrFile === "string" && /^[a-z][a-z0-9-]*$/.test(idOrFile)
    ? new URL(`${idOrFile}.yaml`, directory)
    : idOrFile;

export const idOf = (file: string | URL): string => basename(nameOf(file)).replace(/\.ya?ml$/, "");

export async function idsIn(directory: URL): Promise<readonly string[]> {
  const files = await readdir(directory);
  return files
    .filter((file) => file.endsWith(".yaml"))
    .map(idOf)
    .sort();
}

export function nameProblems(raw: unknown, id: string | undefined): string[] {
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
