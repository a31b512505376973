import { Command, CommanderError } from "commander";
import { readSettings, type Settings } from "../config.ts";
import { EXIT, LoadstoneError } from "../errors.ts";
import { LOADSTONE_VERSION } from "../run/environment.ts";
import type { World } from "../world.ts";
import { clean } from "./clean.ts";
import { conformance, conformanceCommand } from "./conformance.ts";
import { doctor } from "./doctor.ts";
import { addCosts } from "./estimate-command.ts";
import {
  fleetFlags,
  gateFlags,
  outputFlags,
  runFlags,
  searchFlags,
  SOURCE_ADDRESSES_TEXT,
  storeFlags,
  targetFlags,
} from "./flags.ts";
import { grade } from "./grade.ts";
import { addMeter } from "./meter-command.ts";
import { DEFAULT_CAPACITY } from "./own-sandbox.ts";
import { plan } from "./plan.ts";
import { run } from "./run.ts";
import { addProfile } from "./profile-command.ts";
import { addProfileFit } from "./profile-fit-command.ts";
import { addRecord } from "./record-command.ts";
import { listRuns, report } from "./runs.ts";
import { sandbox, type SandboxFlags } from "./sandbox.ts";
import { sandboxFlags } from "./sandbox-flags.ts";
import { addSearchCommands } from "./search-commands.ts";
import { serve } from "./serve.ts";
import { up } from "./up.ts";

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

type SettingsOf = (flags: Record<string, unknown>) => Promise<Settings>;
type Finish = (ran: Promise<number>) => Promise<void>;

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

const example = (...lines: readonly string[]) =>
  `\nExamples:\n${lines.map((line) => `  $ loadstone ${line}`).join("\n")}`;

function addMeasuring(program: Command, world: World, settingsOf: SettingsOf, finish: Finish) {
  const upCommand = program
    .command("up")
    .description("stand up what is missing, grade, and serve the dashboard until Ctrl-C")
    .option("--once", "grade, print, exit; no dashboard")
    .option("--capacity <list>", `true capacity of the sandbox (default: "${DEFAULT_CAPACITY}")`)
    .option("--noise <percent>", "how much that capacity wanders (default: 0)")
    .option("--port <n>", "port of the dashboard (default: 3000)")
    .option("--host <address>", "address the dashboard listens on (default: 127.0.0.1)");
  for (const add of [targetFlags, searchFlags, storeFlags, outputFlags, gateFlags]) add(upCommand);
  upCommand
    .addHelpText("after", example("up", "up --once --json", "up --capacity relay=2000,api=60"))
    .action((flags: Record<string, unknown>) =>
      finish(settingsOf(flags).then((settings) => up(world, settings, flags))),
    );
  const gradeCommand = program
    .command("grade")
    .description("measure what an instance or a broker holds");
  for (const add of [targetFlags, searchFlags, fleetFlags, storeFlags, outputFlags, gateFlags]) {
    add(gradeCommand);
  }
  gradeCommand
    .addHelpText(
      "after",
      example(
        "grade --broker mqtt://127.0.0.1:1883",
        "grade --instance http://192.168.1.5 --depth standard --min B",
      ),
    )
    .action((flags: Record<string, unknown>) =>
      finish(settingsOf(flags).then((settings) => grade(world, settings, flags))),
    );
  addRun(program, world, settingsOf, finish);
  const planCommand = program
    .command("plan")
    .description("print what a grading would do, and how long at most; sends nothing");
  for (const add of [targetFlags, searchFlags, storeFlags]) add(planCommand);
  planCommand
    .option("--json", "print the plan as JSON")
    .addHelpText("after", example("plan --broker mqtt://127.0.0.1 --depth quick"))
    .action((flags: Record<string, unknown>) =>
      finish(settingsOf(flags).then((settings) => plan(world, settings, flags))),
    );
}

function addRun(program: Command, world: World, settingsOf: SettingsOf, finish: Finish) {
  const command = program
    .command("run")
    .argument("[scenario]", "YAML file or id of a scenario", "relay")
    .description("offer a given load for a given time and say what came of it; no search");
  for (const add of [targetFlags, runFlags, fleetFlags, storeFlags, outputFlags]) add(command);
  command
    .addHelpText(
      "after",
      example(
        "run --broker mqtt://127.0.0.1:1883 --load 5000 --duration 5m",
        "run relay --broker mqtt://127.0.0.1 --load 500 --units 10000 --connect-rate 500",
        "run --broker mqtt://127.0.0.1 --pace ramp --ramp-from 100 --load 3000 --ramp-steps 10",
        "run --broker mqtt://127.0.0.1 --replay garage.csv --speed 10 --duration 1h",
        "run reconnect-storm --broker mqtt://127.0.0.1 --json",
      ),
    )
    .action((scenario: string, flags: Record<string, unknown>) =>
      finish(settingsOf(flags).then((settings) => run(world, settings, scenario, flags))),
    );
}

function addReading(program: Command, world: World, settingsOf: SettingsOf, finish: Finish) {
  const runs = program.command("runs").description("look at stored runs");
  storeFlags(runs.command("ls").description("list them, newest first"))
    .option("--json", "print them as JSON")
    .action((flags: Record<string, unknown>) =>
      finish(settingsOf(flags).then((settings) => listRuns(world, settings, flags))),
    );
  storeFlags(program.command("report").argument("<run>").description("print a stored report again"))
    .option(
      "--format <format>",
      "terminal, text, json, markdown, svg (pentagon), search (SVG of one axis) (default: terminal)",
    )
    .option("--axis <axis>", "whose search to draw (default: the first)")
    .action((runId: string, flags: Record<string, unknown>) =>
      finish(settingsOf(flags).then((settings) => report(world, settings, runId, flags))),
    );
  storeFlags(program.command("serve").description("serve the dashboard until Ctrl-C"))
    .option("--port <n>", "port (default: 3000)")
    .option("--host <address>", "address to listen on (default: 127.0.0.1)")
    .action((flags: Record<string, unknown>) =>
      finish(settingsOf(flags).then((settings) => serve(world, settings))),
    );
}

function addStanding(program: Command, world: World, settingsOf: SettingsOf, finish: Finish) {
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
