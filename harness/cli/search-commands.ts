import { type Command, Argument } from "commander";
import { AXIS_IDS } from "#grader/contracts/axis.ts";
import type { World } from "../world.ts";
import { example, type Finish, type SettingsOf } from "./command-parts.ts";
import { gateFlags, outputFlags, searchFlags, storeFlags, targetFlags } from "./flags.ts";
import { grade } from "./grade.ts";
import { regradeStored } from "./regrade.ts";

/** `find` and `regrade`: one axis alone, and a stored run judged anew. */
export function addSearchCommands(
  program: Command,
  world: World,
  settingsOf: SettingsOf,
  finish: Finish,
): void {
  const find = program
    .command("find")
    .addArgument(new Argument("<axis>", "what to search").choices(AXIS_IDS))
    .description("find the capacity of one axis; prints the same report as grade");
  for (const add of [targetFlags, searchFlags, storeFlags, outputFlags, gateFlags]) add(find);
  find
    .addHelpText(
      "after",
      example(
        "find relay --broker mqtt://127.0.0.1:1883",
        "find api --instance http://192.168.1.5 --depth standard --json",
      ),
    )
    .action((axis: string, flags: Record<string, unknown>) =>
      finish(
        settingsOf({ ...flags, axes: axis }).then((settings) => grade(world, settings, flags)),
      ),
    );
  storeFlags(program.command("regrade").argument("<run>"))
    .description("judge a stored run anew from its trials, by the method of this version")
    .option("--format <format>", "terminal, json, markdown (default: terminal)")
    .option("--quiet", "do not say on stderr how it compares with the stored report")
    .addHelpText(
      "after",
      "\nThe same trials give the same report, byte for byte. Where this version would have\n" +
        "searched otherwise it says so and ends with 120: nothing is judged by half.",
    )
    .action((runId: string, { quiet, ...flags }: Record<string, unknown>) =>
      finish(
        settingsOf(flags).then((settings) =>
          regradeStored(world, settings, runId, {
            ...(typeof flags["format"] === "string" ? { format: flags["format"] } : {}),
            quiet: quiet === true,
          }),
        ),
      ),
    );
}
