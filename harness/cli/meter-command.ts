import type { Command } from "commander";
import type { World } from "../world.ts";
import { storeFlags } from "./flags.ts";
import { meter } from "./meter.ts";
import { listenFlags, splitFlags } from "./record-command.ts";

type Flags = Readonly<Record<string, unknown>>;

/** Adds `loadstone meter`. */
export function addMeter(
  program: Command,
  world: World,
  finish: (ran: Promise<number>) => Promise<void>,
): void {
  const command = program
    .command("meter")
    .description("count what Units send, by Unit and minute, for days");
  listenFlags(storeFlags(command))
    .option("--show", "print what was metered: month, week, day and hour, by Repo and Unit")
    .option("--top <n>", "show: so many of the Units that send most (default: 10)")
    .option("--json", "print as JSON")
    .option("--quiet", "say nothing but the result")
    .addHelpText("after", METER_HELP)
    .action((flags: Flags) =>
      finish(splitFlags(world, flags).then(({ settings, own }) => meter(world, settings, own))),
    );
}

const METER_HELP = `
A QoS 1 message is acknowledged once its count is safe on disk: a meter that dies and comes back
loses none that the broker kept for it, and counts none twice. At QoS 0 nobody repeats what is said
while it is away. Counts wait on disk while ClickHouse is away.

Examples:
  $ loadstone meter --broker mqtt://127.0.0.1:1883
  $ LOADSTONE_BACKEND_TOKEN=… loadstone meter --instance http://192.168.1.5 --broker mqtt://192.168.1.5
  $ loadstone meter --broker mqtt://127.0.0.1:1883 --show`;
