import type { Command } from "commander";
import type { World } from "../world.ts";
import type { Finish, SettingsOf } from "./command-parts.ts";
import { storeFlags } from "./flags.ts";
import { listRuns, report } from "./runs.ts";
import { serve } from "./serve.ts";

/** `runs`, `report` and `serve`: what was measured before. */
export function addReading(program: Command, world: World, settingsOf: SettingsOf, finish: Finish) {
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
