import type { Command } from "commander";
import type { World } from "../world.ts";
import { profileDiff } from "./profile-diff.ts";
import { profileFit } from "./profile-fit.ts";

type Flags = Readonly<Record<string, unknown>>;

/** Adds `profile fit` and `profile diff`. */
export function addProfileFit(
  program: Command,
  world: World,
  finish: (ran: Promise<number>) => Promise<void>,
): void {
  const profile =
    program.commands.find((command) => command.name() === "profile") ??
    program.command("profile").description("what Units of a kind do, as data");
  profile
    .command("fit")
    .argument("<recording>", "recording made by `loadstone record`")
    .description("make a profile of a recording, and say how well it fits")
    .option("--out <file>", "file to write, named like the profile's id (default: print it)")
    .option("--id <id>", "id of the profile (default: the name of the file)")
    .option("--about <text>", "what such Units are, one sentence")
    .option("--kind <n>", "which kind of Units, where several were recorded (default: 1)")
    .option("--json", "print profile and fit as JSON")
    .addHelpText("after", FIT_HELP)
    .action((recording: string, flags: Flags) => finish(profileFit(world, recording, flags)));
  profile
    .command("diff")
    .argument("<a>", "profile, by id or file")
    .argument("<b>", "profile, by id or file")
    .description("say in what two profiles differ, by what their Units would send")
    .option("--json", "print the differences as JSON")
    .addHelpText("after", "\nExits with 0 where they are alike and 123 where they differ.")
    .action((a: string, b: string, flags: Flags) => finish(profileDiff(world, a, b, flags)));
}

const FIT_HELP = `
A topic that no model explains is replayed as it was recorded, and the table says so.

Examples:
  $ loadstone profile fit garage.ndjson --out garage.yaml
  $ loadstone profile fit garage.ndjson --kind 2 --id panel --json`;
