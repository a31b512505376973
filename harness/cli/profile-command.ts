import type { Command } from "commander";
import type { World } from "../world.ts";
import { profileCheck } from "./profile-check.ts";
import { profileDraft } from "./profile-draft.ts";
import { profileShow } from "./profile-show.ts";

type Flags = Readonly<Record<string, unknown>>;

const collect = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

/** Adds `profile draft`, `profile show` and `profile check`. */
export function addProfile(
  program: Command,
  world: World,
  finish: (ran: Promise<number>) => Promise<void>,
): void {
  const profile =
    program.commands.find((command) => command.name() === "profile") ??
    program.command("profile").description("what Units of a kind do, as data");
  profile
    .command("draft")
    .description("make a profile of a Repo from its schema_example.json; no device needed")
    .requiredOption("--repo <dir>", "directory of the Repo")
    .option("--out <file>", "file to write, named like the profile's id (default: print it)")
    .option("--id <id>", "id of the profile (default: the name of the file or directory)")
    .option("--every <topic=time>", "how often it is sent, e.g. current_temp=10s", collect)
    .option("--events <topic=time>", "comes by chance, so far apart on average", collect)
    .option("--bytes <topic=n>", "payload, e.g. current_temp=5 or current_temp=4-7", collect)
    .option("--fan-out <topic=n>", "Units linked to it (default: 1)", collect)
    .option("--json", "print it as JSON")
    .option("--quiet", "do not say what was assumed")
    .addHelpText("after", DRAFT_HELP)
    .action((flags: Flags) => finish(profileDraft(world, flags)));
  profile
    .command("show")
    .argument("[profile]", "profile, by id or file (default: list those shipped)")
    .description("say what a profile says, from where, and what such a Unit costs")
    .option("--json", "print it as JSON, defaults filled in")
    .action((name: string | undefined, flags: Flags) => finish(profileShow(world, name, flags)));
  profile
    .command("check")
    .argument("<profile...>", "profiles, by file or id")
    .description("say what is wrong with profiles, and where they pass the platform's limits")
    .option("--json", "print it as JSON")
    .addHelpText("after", "\nExits with 104 where a profile is not valid; limits are warnings.")
    .action((names: readonly string[], flags: Flags) => finish(profileCheck(world, names, flags)));
}

const DRAFT_HELP = `
What nobody says is assumed, said aloud, and written into the profile.

Examples:
  $ loadstone profile draft --repo ./my-unit --out my-unit.yaml
  $ loadstone profile draft --repo . --every current_temp=10s --bytes current_temp=4-7
  $ loadstone estimate --profile my-unit.yaml --repo my-unit=100`;
