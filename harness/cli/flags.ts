import type { Command } from "commander";
import { AXIS_IDS } from "#grader/contracts/axis.ts";
import { DEPTHS } from "#grader/contracts/capacity.ts";
import { LETTERS } from "#grader/contracts/report.ts";
import { BACK_OFF_NAMES } from "../axes/back-off.ts";
import { PACE_NAMES } from "./run-settings.ts";

const WORKERS_TEXT =
  "threads that send (LOADSTONE_WORKERS; default: auto, all cores but one, half of them where " +
  "the target is on this machine, and no more than the load needs)";
export const SOURCE_ADDRESSES_TEXT = "addresses of this machine the Units connect from";
const CONNECT_RATE_TEXT = "Units connected a second (default: 16 on an instance, 500 on a broker)";

/** Flags that several commands share, said the same way everywhere. */

export const storeFlags = (command: Command): Command =>
  command
    .option("--data <dir>", "data directory (LOADSTONE_DATA; default: the user's data folder)")
    .option("--clickhouse <url>", "use this ClickHouse instead of the embedded one")
    .option("--clickhouse-user <name>", "its user; the password is LOADSTONE_CLICKHOUSE_PASSWORD")
    .option("--clickhouse-database <name>", 'its database (default: "loadstone")')
    .option("--config <file>", "settings in YAML (default: loadstone.yaml, if there is one)");

export const targetFlags = (command: Command): Command =>
  command
    .option(
      "--instance <url>",
      "a Pepeunit instance; LOADSTONE_LOGIN and LOADSTONE_PASSWORD sign in",
    )
    .option(
      "--broker <url>",
      "a bare MQTT broker: mqtt://, mqtts://, ws:// or wss://host:port, e.g. mqtt://127.0.0.1:1883",
    )
    .option("--yes", "load a public address whose Admin you are");

export const searchFlags = (command: Command): Command =>
  command
    .option("--depth <depth>", `how far to search: ${DEPTHS.join(", ")}`)
    .option("--axes <list>", `axes to measure, of ${AXIS_IDS.join(",")}`)
    .option("--joint", "load all axes at once, too, after each alone (default)")
    .option("--no-joint", "leave out the joint run, all axes at once (the letter is provisional)")
    .option("--seed <n>", "seed of the schedule; the same seed sends at the same times")
    .option("--max-units <n>", "most Units to simulate")
    .option("--connect-rate <n>", CONNECT_RATE_TEXT)
    .option("--source-addresses <list>", SOURCE_ADDRESSES_TEXT)
    .option("--workers <n>", WORKERS_TEXT)
    .option(
      "--harm-ceiling-sec <s>",
      "stop an axis after so many seconds of overload (default: 60)",
    )
    .option("--repository <url>", "git repository for the test Units; the instance must reach it")
    .option("--recalibrate", "measure again what the load generator can do on this machine")
    .option("--scenario <file...>", "use this scenario for its axis instead of the shipped one")
    .option("--objectives <file>", "use these objectives instead of the shipped ones");

export const runFlags = (command: Command): Command =>
  command
    .option(
      "--load <n>",
      "load in the axis' unit: messages or requests a second, Units for link (default: the scenario's)",
    )
    .option("--duration <time>", "how long, e.g. 90s, 5m, 1h (default: 60s)")
    .option(
      "--units <n>",
      "Units connected, the load spread over all (default: as many as it needs)",
    )
    .option("--pace <pace>", `how sends are spaced: ${PACE_NAMES.join(", ")}`)
    .option("--ramp-from <n>", "ramp: load at the beginning; --load is the load at the end")
    .option("--ramp-steps <n>", "ramp: flat steps instead of a line")
    .option("--replay <file>", "replay: recording in YAML, JSON or CSV")
    .option("--profile <id|file>", "on a broker: send what --units Units of this profile would")
    .option("--speed <factor>", "replay and profile: twice as fast is 2")
    .option("--reconnect <policy>", `how Units come back: ${BACK_OFF_NAMES.join(", ")}, never`)
    .option("--keep-alive <sec>", "keepalive of the Units' sessions (default: 60)")
    .option("--workers <n>", WORKERS_TEXT)
    .option("--seed <n>", "seed of the schedule and of who is disturbed")
    .option("--connect-rate <n>", CONNECT_RATE_TEXT)
    .option("--source-addresses <list>", SOURCE_ADDRESSES_TEXT)
    .option("--repository <url>", "git repository for the test Units; the instance must reach it")
    .option("--objectives <file>", "use these objectives instead of the shipped ones");

export const fleetFlags = (command: Command): Command =>
  command
    .option("--keep", "leave the Units on the instance, for a later run to reuse")
    .option(
      "--reuse [run]",
      "use the Units of an earlier run: those kept last, or those of the run named; each is looked at " +
        "first, and what is missing is made",
    )
    .option(
      "--unit-users <n>",
      "spread the Units over so many users, as an Admin; Pepeunit deletes no user: they stay, blocked " +
        "and the same for every run (default: 0, the Units are yours)",
    );

export const outputFlags = (command: Command): Command =>
  command
    .option("--json", "print the report as JSON on stdout, and nothing else there")
    .option("--quiet", "say nothing but the result");

export const gateFlags = (command: Command): Command =>
  command.option("--min <letter>", `exit 122 below this letter (${LETTERS.join(", ")})`);
