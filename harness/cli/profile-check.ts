import { resolve } from "node:path";
import { harmless } from "#reports/render/paint.ts";
import { EXIT, LoadstoneError } from "../errors.ts";
import { limitWarnings } from "../scenario/profile-limits.ts";
import { loadProfile } from "../scenario/profile-load.ts";
import type { World } from "../world.ts";

interface Checked {
  readonly profile: string;
  readonly valid: boolean;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** `loadstone profile check`: all problems of all profiles, and the limits they would meet. */
export async function profileCheck(
  world: World,
  names: readonly string[],
  flags: { readonly json?: unknown },
): Promise<number> {
  const checked = await Promise.all(names.map((name) => check(world, name)));
  if (flags.json === true) world.out(`${JSON.stringify(checked, null, 2)}\n`);
  else for (const one of checked) world.out(`${linesOf(one).map(harmless).join("\n")}\n`);
  return checked.every(({ valid }) => valid) ? EXIT.ok : EXIT.invalidConfig;
}

async function check(world: World, name: string): Promise<Checked> {
  try {
    const profile = await loadProfile(placeOf(world, name));
    return { profile: name, valid: true, problems: [], warnings: limitWarnings(profile) };
  } catch (error) {
    if (!(error instanceof LoadstoneError)) throw error;
    const problems = [error.message, ...(error.hint === undefined ? [] : [error.hint])];
    return { profile: name, valid: false, problems, warnings: [] };
  }
}

/** A name with a dot or a slash is a file, another the id of a shipped profile. */
export const placeOf = (world: World, name: string): string =>
  /[./\\]/.test(name) ? resolve(world.cwd, name) : name;

function linesOf({ profile, valid, problems, warnings }: Checked): string[] {
  if (!valid) return problems.flatMap((problem) => problem.split("\n"));
  return [`✓ ${profile}`, ...warnings.map((warning) => `! ${profile}: ${warning}`)];
}
