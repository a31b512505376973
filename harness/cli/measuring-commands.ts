import type { Command } from "commander";
import type { World } from "../world.ts";
import { example, type Finish, type SettingsOf } from "./command-parts.ts";
import {
  fleetFlags,
  gateFlags,
  outputFlags,
  runFlags,
  searchFlags,
  storeFlags,
  targetFlags,
} from "./flags.ts";
import { grade } from "./grade.ts";
import { DEFAULT_CAPACITY } from "./own-sandbox.ts";
import { plan } from "./plan.ts";
import { run } from "./run.ts";
import { up } from "./up.ts";

/** `up`, `grade`, `run` and `plan`: what measures a target, or says how it would. */
export function addMeasuring(
  program: Command,
  world: World,
  settingsOf: SettingsOf,
  finish: Finish,
) {
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
