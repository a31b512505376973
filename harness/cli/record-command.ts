import type { Command } from "commander";
import { readSettings, type Settings } from "../config.ts";
import type { World } from "../world.ts";
import type { Finish } from "./command-parts.ts";
import { storeFlags, targetFlags } from "./flags.ts";
import { record } from "./record.ts";

/** Settings that observing shares with measuring; every other flag is a command's own. */
const SHARED = [
  "instance",
  "broker",
  "yes",
  "data",
  "config",
  "clickhouse",
  "clickhouseUser",
  "clickhouseDatabase",
];

type Flags = Readonly<Record<string, unknown>>;

/** Splits flags into settings, read with file and environment, and those of one command. */
export async function splitFlags(
  world: World,
  flags: Flags,
): Promise<{ settings: Settings; own: Flags }> {
  const part = (isShared: boolean) =>
    Object.fromEntries(
      Object.entries(flags).filter(([name]) => SHARED.includes(name) === isShared),
    );
  return { settings: await readSettings(world, part(true)), own: part(false) };
}

/** Flags that say what is listened to. */
export const listenFlags = (command: Command): Command =>
  targetFlags(command)
    .option("--unit <uuid>", "instance: listen as this Unit of yours, one node after the other")
    .option("--topic <filter...>", 'broker: topic filters to listen to (default: "#")')
    .option("--qos <n>", "highest QoS to be delivered with: 0, 1 or 2 (default: 1)")
    .option("--duration <time>", "how long, e.g. 90s, 5m, 24h (default: until Ctrl-C)");

export function addRecord(program: Command, world: World, finish: Finish): void {
  const command = program
    .command("record")
    .description("listen to what Units say and keep when and how much, not what")
    .requiredOption("--out <file>", "recording to begin or to go on with (NDJSON)");
  listenFlags(storeFlags(command))
    .option("--from <file>", "read a log instead: mosquitto_sub -F '%U %t %l %q', or CSV")
    .option("--names", "keep topic names as they are; by default they become hashes")
    .option("--payloads", "instance: keep payloads too, of your own Units only")
    .option("--rotate-mb <n>", "size at which another file is begun (default: 64)")
    .option("--json", "print what was recorded as JSON")
    .option("--quiet", "say nothing but the result")
    .addHelpText("after", RECORD_HELP)
    .action((flags: Flags) =>
      finish(splitFlags(world, flags).then(({ settings, own }) => record(world, settings, own))),
    );
}

const RECORD_HELP = `
On an instance LOADSTONE_LOGIN and LOADSTONE_PASSWORD sign in to learn its topology. With
LOADSTONE_BACKEND_TOKEN and --broker everything is heard, otherwise the nodes that one Unit may read:
--unit names it, or LOADSTONE_UNIT_TOKEN is its token.

Examples:
  $ loadstone record --broker mqtt://127.0.0.1:1883 --out garage.ndjson --duration 10m
  $ loadstone record --instance http://192.168.1.5 --unit 5f6c… --out garage.ndjson
  $ loadstone record --from sub.log --out garage.ndjson
  $ loadstone profile fit garage.ndjson`;
