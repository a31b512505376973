import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { readFile } from "node:fs/promises";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { AXIS_IDS, AxisId } from "#grader/contracts/axis.ts";
import { DEPTHS } from "#grader/contracts/capacity.ts";
import { LETTERS } from "#grader/contracts/report.ts";
import { runSettings } from "./cli/run-settings.ts";
import { LoadstoneError } from "./errors.ts";
import { flagOf, problemsOf, wordsFor } from "./setting-problems.ts";
import type { World } from "./world.ts";

/** Git repository whose program the test Units run, unless another is named. */
const DEFAULT_REPOSITORY = "https://git.pepemoss.com/pepe/pepeunit/units/universal_test_unit.git";

const wholeNumber = (least: number, most: number) => z.coerce.number().int().min(least).max(most);

const axisList = z.preprocess(
  (value) => (typeof value === "string" ? value.split(",").map((part) => part.trim()) : value),
  z.array(AxisId, { error: `a comma-separated list of ${AXIS_IDS.join(", ")}` }).min(1),
);

const addressList = z.preprocess(
  (value) => (typeof value === "string" ? value.split(",").map((part) => part.trim()) : value),
  z
    .array(z.union([z.ipv4(), z.ipv6()], { error: "a comma-separated list of IP addresses" }))
    .min(1)
    .refine((all) => new Set(all).size === all.length, { error: "an address is there twice" }),
);

/** A flag's value, a word of the environment, or a YAML boolean. */
const flag = z.preprocess(
  (value) => (value === "true" || value === "1" ? true : value === "false" ? false : value),
  z.boolean(),
);

/** Command lines are seen by everybody on the machine, and URLs end up in logs. */
const LOGIN_IN_URL =
  "leave user and password out of the URL: set LOADSTONE_CLICKHOUSE_PASSWORD in the environment " +
  "and give --clickhouse-user";

function isWithoutLogin(text: string): boolean {
  if (!URL.canParse(text)) return true; // Has been refused for that already.
  const { username, password, searchParams } = new URL(text);
  return username === "" && password === "" && !searchParams.has("password");
}

/** Settings in the order file < environment < flag. Secrets are not among them. */
export const Settings = z.strictObject({
  data: z.string().min(1),
  clickhouse: z
    .url({ protocol: /^https?$/ })
    .refine(isWithoutLogin, LOGIN_IN_URL)
    .optional(),
  clickhouseUser: z.string().min(1).default("default"),
  clickhouseDatabase: z.string().regex(/^\w+$/).default("loadstone"),
  instance: z.string().min(1).optional(),
  broker: z.string().min(1).optional(),
  depth: z.enum(DEPTHS).optional(),
  axes: axisList.optional(),
  seed: wholeNumber(0, 2 ** 31 - 1).optional(),
  maxUnits: wholeNumber(2, 100_000).optional(),
  sourceAddresses: addressList.optional(),
  connectRate: z.coerce.number().positive().max(10_000).optional(),
  workers: z.union([z.literal("auto"), wholeNumber(1, 64)]).default("auto"),
  harmCeilingSec: wholeNumber(5, 3600).default(60),
  repository: z
    .string()
    .regex(/^https?:\/\/.+\.git$/, { error: "an http(s) URL that ends in .git" })
    .default(DEFAULT_REPOSITORY),
  scenario: z.array(z.string().min(1)).default([]),
  objectives: z.string().min(1).optional(),
  min: z.enum(LETTERS).optional(),
  yes: flag.default(false),
  keep: flag.default(false),
  /** `true` for the Units kept last; otherwise the run that made them. */
  reuse: z.union([z.literal(true), z.string().min(1)]).optional(),
  unitUsers: wholeNumber(0, 50).default(0),
  recalibrate: flag.default(false),
  joint: flag.optional(),
  ...runSettings,
  port: wholeNumber(0, 65_535).default(3000),
  host: z
    .string()
    .min(1)
    .transform((text) => text.replace(/^\[|\]$/g, ""))
    .default("127.0.0.1"),
});
export type Settings = z.infer<typeof Settings>;

/** Environment variables that set something; passwords are read where they are used. */
const ENVIRONMENT: Readonly<Record<string, keyof Settings>> = {
  LOADSTONE_DATA: "data",
  LOADSTONE_CLICKHOUSE_URL: "clickhouse",
  LOADSTONE_CLICKHOUSE_USER: "clickhouseUser",
  LOADSTONE_CLICKHOUSE_DATABASE: "clickhouseDatabase",
  LOADSTONE_INSTANCE: "instance",
  LOADSTONE_BROKER: "broker",
  LOADSTONE_DEPTH: "depth",
  LOADSTONE_MAX_UNITS: "maxUnits",
  LOADSTONE_WORKERS: "workers",
  LOADSTONE_PORT: "port",
};

const CONFIG_FILE = "loadstone.yaml";

/** Reads all settings at once and reports every problem together, before anything is sent. */
export async function readSettings(
  world: Pick<World, "env" | "cwd">,
  flags: Readonly<Record<string, unknown>>,
): Promise<Settings> {
  const { config, ...given } = flags;
  const file = await readConfigFile(world, typeof config === "string" ? config : undefined);
  const inEnvironment = fromEnvironment(world.env);
  const inFlags = withoutUndefined(given);
  const data = defaultDataDirectory(world.env);
  const parsed = Settings.safeParse(
    { data, ...file, ...inEnvironment, ...inFlags },
    { error: wordsFor },
  );
  if (!parsed.success) {
    const problems = problemsOf(parsed.error, (setting) => {
      if (setting in inFlags) return flagOf(setting);
      return setting in inEnvironment ? variableOf(setting) : setting;
    });
    throw new LoadstoneError("CONFIG_INVALID", problems, {
      hint: "`loadstone <command> --help` lists the settings",
    });
  }
  const settings = parsed.data;
  return {
    ...settings,
    data: isAbsolute(settings.data) ? settings.data : resolve(world.cwd, settings.data),
  };
}

const variableOf = (setting: string): string =>
  Object.entries(ENVIRONMENT).find(([, key]) => key === setting)?.[0] ?? setting;

function fromEnvironment(env: World["env"]): Record<string, string> {
  const settings: Record<string, string> = {};
  for (const [name, key] of Object.entries(ENVIRONMENT)) {
    const value = env[name];
    if (value !== undefined && value !== "") settings[key] = value;
  }
  return settings;
}

async function readConfigFile(
  world: Pick<World, "cwd">,
  named: string | undefined,
): Promise<Record<string, unknown>> {
  const path = resolve(world.cwd, named ?? CONFIG_FILE);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (named === undefined) return {};
    throw new LoadstoneError("CONFIG_INVALID", `the config file ${named} cannot be read`, {
      cause,
    });
  }
  let value: unknown;
  try {
    value = parseYaml(text, { strict: true });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LoadstoneError("CONFIG_INVALID", `${path}: ${reason}`, { cause });
  }
  const parsed = z.record(z.string(), z.unknown()).safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  throw new LoadstoneError("CONFIG_INVALID", `${path} must hold settings by name`);
}

const withoutUndefined = (values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

/** The user's data folder, never the repository (XDG Base Directory specification). */
export function defaultDataDirectory(env: World["env"]): string {
  const xdg = env["XDG_DATA_HOME"];
  const base =
    process.platform === "darwin"
      ? join(homedir(), "Library", "Application Support")
      : xdg !== undefined && isAbsolute(xdg)
        ? xdg
        : join(homedir(), ".local", "share");
  return join(base, "loadstone");
}
