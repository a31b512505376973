import { Command, CommanderError } from "commander";
import { readSettings, type Settings } from "../config.ts";
import { EXIT, LoadstoneError } from "../errors.ts";
import { LOADSTONE_VERSION } from "../run/environment.ts";
import type { World } from "../world.ts";
import { addCosts } from "./estimate-command.ts";
import { addMeter } from "./meter-command.ts";
import { addProfile } from "./profile-command.ts";
import { addProfileFit } from "./profile-fit-command.ts";
import { addRecord } from "./record-command.ts";
import type { Finish, SettingsOf } from "./command-parts.ts";
import { addMeasuring } from "./measuring-commands.ts";
import { addReading } from "./reading-commands.ts";
import { addStanding } from "./standing-commands.ts";
import { addSearchCommands } from "./search-commands.ts";

const EXIT_CODES = `
Exit codes:
  0    done
  99   an objective was not met
  104  a setting, scenario or flag is invalid
  105  interrupted: drained and cleaned up
  120  invalid run: the generator was the limit, or evidence is missing
  121  target or store unreachable
  122  grade below --min
  123  regression against the baseline
  125  internal error`;

/** Flags that are not settings: they say what to print, not what to do. */
const NOT_SETTINGS = [
  "json",
  "quiet",
  "once",
  "capacity",
  "noise",
  "format",
  "axis",
  "list",
  "kept",
];

/** Parses the command line and runs the command; gives the exit code. */
export async function runProgram(world: World): Promise<number> {
  let code: number = EXIT.ok;
  const settingsOf = (flags: Record<string, unknown>): Promise<Settings> =>
    readSettings(
      world,
      Object.fromEntries(Object.entries(flags).filter(([name]) => !NOT_SETTINGS.includes(name))),
    );
  const finish = async (ran: Promise<number>): Promise<void> => {
    code = await ran;
  };
  const complaints: string[] = [];
  const program = buildProgram(world, settingsOf, finish, (text) => complaints.push(text));
  try {
    await program.parseAsync([...world.argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.ok;
    if (error.code === "commander.help") {
      // A command that only holds others was given alone: its help is the answer.
      world.warn(complaints.join("").trimEnd());
      return EXIT.invalidConfig;
    }
    throw new LoadstoneError("CONFIG_INVALID", error.message.replace(/^error: /, ""), {
      hint: "`loadstone --help` lists commands and flags",
    });
  }
  return code;
}

function buildProgram(
  world: World,
  settingsOf: SettingsOf,
  finish: Finish,
  writeErr: (text: string) => void,
): Command {
  const program = new Command("loadstone")
    .description("Load testing and capacity grading for Pepeunit instances and MQTT brokers.")
    .version(LOADSTONE_VERSION)
    .exitOverride()
    .configureOutput({ writeOut: world.out, writeErr })
    .showSuggestionAfterError()
    .addHelpText("after", EXIT_CODES);
  addMeasuring(program, world, settingsOf, finish);
  addSearchCommands(program, world, settingsOf, finish);
  addReading(program, world, settingsOf, finish);
  addCosts(program, world, settingsOf, finish);
  addRecord(program, world, finish);
  addMeter(program, world, finish);
  addStanding(program, world, settingsOf, finish);
  addProfile(program, world, finish);
  addProfileFit(program, world, finish);
  return program;
}
