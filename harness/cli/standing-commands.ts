import type { Command } from "commander";
import type { World } from "../world.ts";
import { clean } from "./clean.ts";
import { example, type Finish, type SettingsOf } from "./command-parts.ts";
import { conformance, conformanceCommand } from "./conformance.ts";
import { doctor } from "./doctor.ts";
import { SOURCE_ADDRESSES_TEXT, storeFlags, targetFlags } from "./flags.ts";
import { sandbox, type SandboxFlags } from "./sandbox.ts";
import { sandboxFlags } from "./sandbox-flags.ts";

/** `sandbox`, `doctor`, `conformance` and `clean`: what stands around a measurement. */
export function addStanding(
  program: Command,
  world: World,
  settingsOf: SettingsOf,
  finish: Finish,
) {
  sandboxFlags(
    program
      .command("sandbox")
      .description("serve an instance of known capacity until Ctrl-C; prints one JSON line"),
  )
    .addHelpText(
      "after",
      example(
        "sandbox --port 0 --capacity relay=900,api=120 --noise 3",
        "sandbox --capacity link=500,relay=900,store=300,base=60,api=120 --joint",
        "sandbox --capacity relay=900 --scenario I-hyst",
      ),
    )
    .action((flags: SandboxFlags) => finish(sandbox(world, flags)));
  const doctorCommand = program
    .command("doctor")
    .description("check that this machine, and a target if named, are fit for a run")
    .option("--units <n>", "Units they are to be fit for (default: 1000)")
    .option("--source-addresses <list>", SOURCE_ADDRESSES_TEXT)
    .option("--repository <url>", "git repository for its two Units; the instance must reach it")
    .option("--json", "print the findings as JSON (reports/schema/doctor-1.json)");
  for (const add of [targetFlags, storeFlags]) add(doctorCommand);
  doctorCommand
    .addHelpText(
      "after",
      example(
        "doctor",
        "doctor --units 10000 --broker mqtt://127.0.0.1:1883",
        "doctor --instance http://192.168.1.5 --json",
      ),
    )
    .action((flags: Record<string, unknown>) =>
      finish(settingsOf(flags).then((settings) => doctor(world, settings, flags))),
    );
  conformanceCommand(program, (given, flags) =>
    finish(settingsOf(given).then((settings) => conformance(world, settings, flags))),
  );
  storeFlags(
    program
      .command("clean")
      .description("remove what runs that died left on their targets")
      .option("--list", "only say what runs left or keep, and where")
      .option("--kept", "also remove the Units that runs kept for later ones")
      .option("--yes", "also on a public address whose Admin you are")
      .option("--json", "print what was removed and what is left as JSON"),
  )
    .addHelpText("after", "\nSigns in with LOADSTONE_LOGIN and LOADSTONE_PASSWORD.")
    .action((flags: Record<string, unknown>) =>
      finish(settingsOf(flags).then((settings) => clean(world, settings, flags))),
    );
}
