import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import type { Objective } from "#grader/contracts/objective.ts";
import { parse as parseYaml, YAMLParseError } from "yaml";
import { z } from "zod";
import { LoadstoneError } from "../errors.ts";
import { wordsFor } from "../setting-problems.ts";
import { RunScenario } from "./run-schema.ts";
import { Objectives, Scenario } from "./schema.ts";

/** Scenarios as shipped; `loadstone` finds them beside its own code. */
export const SCENARIO_DIRECTORY = new URL("../../scenarios/", import.meta.url);

export async function loadScenario(file: URL | string): Promise<Scenario> {
  const scenario = parseAs(Scenario, await readYaml(file), file, "scenario-1");
  checkName(scenario, file);
  return scenario;
}

export async function loadRunScenario(file: URL | string): Promise<RunScenario> {
  const scenario = parseAs(RunScenario, await readYaml(file), file, "run-1");
  checkName(scenario, file);
  return scenario;
}

function checkName(scenario: { readonly id: string }, file: URL | string): void {
  const name = basename(typeof file === "string" ? file : file.pathname).replace(/\.ya?ml$/, "");
  if (scenario.id !== name) {
    throw new LoadstoneError(
      "SCENARIO_INVALID",
      `${nameOf(file)}: id is "${scenario.id}" but the file is named "${name}"`,
      { hint: "give both the same name" },
    );
  }
}

export async function loadObjectives(file: URL | string): Promise<readonly Objective[]> {
  return parseAs(Objectives, await readYaml(file), file, "scenario-1");
}

async function readYaml(file: URL | string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    throw new LoadstoneError("SCENARIO_INVALID", `${nameOf(file)} cannot be read`, {
      cause,
      hint: "check the path",
    });
  }
  try {
    return parseYaml(text, { strict: true, uniqueKeys: true }) as unknown;
  } catch (cause) {
    if (!(cause instanceof YAMLParseError)) throw cause;
    throw new LoadstoneError("SCENARIO_INVALID", `${nameOf(file)}: ${firstLine(cause.message)}`, {
      cause,
    });
  }
}

function parseAs<T>(
  schema: z.ZodType<T>,
  value: unknown,
  file: URL | string,
  published: string,
): T {
  const parsed = schema.safeParse(value, { error: wordsFor });
  if (parsed.success) return parsed.data;
  throw new LoadstoneError(
    "SCENARIO_INVALID",
    `${nameOf(file)} is not a valid scenario:\n${z.prettifyError(parsed.error)}`,
    { hint: `the schema is scenarios/schema/${published}.json` },
  );
}

/** Below it the parser draws the place, which the line and column tell as well. */
const firstLine = (text: string): string => text.split("\n", 1)[0]?.replace(/:$/, "") ?? text;

const nameOf = (file: URL | string): string => (typeof file === "string" ? file : file.pathname);
