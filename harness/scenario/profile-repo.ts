import { access } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import { LoadstoneError } from "../errors.ts";
import { COMMANDS, type Profile } from "./profile-schema.ts";
import { readSmallFile } from "./profile-text.ts";
import { topicName } from "./profile-traffic.ts";

/** What a Repo's own files say of its Units. */
export interface RepoFacts {
  readonly name: string;
  readonly outputs: readonly string[];
  readonly inputs: readonly string[];
  readonly commands: readonly (typeof COMMANDS)[number][];
  readonly state: boolean;
  readonly log: boolean;
  readonly env: Readonly<Record<string, string | number>>;
  readonly client: Profile["client"];
  /** By what the client was told, for people. */
  readonly clientBy: string;
}

const names = z.array(topicName).max(64);

const SchemaExample = z.looseObject({
  input_base_topic: names,
  output_base_topic: names,
  input_topic: names,
  output_topic: names,
});

const EnvExample = z.record(z.string().max(200), z.unknown());

/** Reads `schema_example.json`, and `env_example.json` where there is one. */
export async function readRepo(directory: string): Promise<RepoFacts> {
  const schema = parseAs(
    SchemaExample,
    await readJson(join(directory, "schema_example.json"), true),
  );
  const env = EnvExample.safeParse(await readJson(join(directory, "env_example.json"), false));
  const told = firstLevels(schema.output_base_topic);
  return {
    name: basename(directory),
    outputs: schema.output_topic,
    inputs: schema.input_topic,
    commands: COMMANDS.filter((command) => firstLevels(schema.input_base_topic).includes(command)),
    state: told.includes("state"),
    log: told.includes("log"),
    env: env.success ? plainValues(env.data) : {},
    ...(await clientOf(directory)),
  };
}

const firstLevels = (topics: readonly string[]): string[] =>
  topics.map((topic) => topic.split("/")[0] ?? "");

const plainValues = (env: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(env).flatMap(([key, value]) =>
      typeof value === "string" || typeof value === "number" ? [[key, value]] : [],
    ),
  );

async function readJson(file: string, needed: boolean): Promise<unknown> {
  if (!needed && !(await exists(file))) return undefined;
  const text = await readSmallFile(
    file,
    async () => "name the directory of a Unit's Repo with --repo",
  );
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const message = `${file}: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new LoadstoneError("SCENARIO_INVALID", message, { cause });
  }
}

function parseAs<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new LoadstoneError(
    "SCENARIO_INVALID",
    `schema_example.json is not what the platform takes:\n${z.prettifyError(parsed.error)}`,
    {
      hint: "it lists topic names under input_base_topic, output_base_topic, input_topic, output_topic",
    },
  );
}

/** The first file that is there tells which client library a Repo uses. */
const CLIENT_FILES = [
  ["go.mod", "go"],
  ["boot.py", "micropython"],
  ["requirements.txt", "python"],
  ["pyproject.toml", "python"],
  ["main.py", "micropython"],
] as const;

async function clientOf(directory: string): Promise<Pick<RepoFacts, "client" | "clientBy">> {
  for (const [file, client] of CLIENT_FILES) {
    if (await exists(join(directory, file))) return { client, clientBy: `${file} is there` };
  }
  return { client: "other", clientBy: "no file tells which client library it uses" };
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
