import type { Command } from "commander";
import { AXIS_IDS } from "#grader/contracts/axis.ts";
import { DEPTHS } from "#grader/contracts/capacity.ts";
import { LETTERS } from "#grader/contracts/report.ts";

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
    .option("--broker <url>", "a bare MQTT broker, e.g. mqtt://127.0.0.1:1883")
    .option("--yes", "load a public address whose Admin you are");

export const searchFlags = (command: Command): Command =>
  command
    .option("--depth <depth>", `how far to search: ${DEPTHS.join(", ")}`)
    .option("--axes <list>", `axes to measure, of ${AXIS_IDS.join(",")}`)
    .option("--seed <n>", "seed of the schedule; the same seed sends at the same times")
    .option("--max-units <n>", "most Units to simulate")
    .option("--connect-rate <n>", "Units connected a second")
    .option(
      "--harm-ceiling-sec <s>",
      "stop an axis after so many seconds of overload (default: 60)",
    )
    .option("--repository <url>", "git repository for the test Units; the instance must reach it")
    .option("--scenario <file...>", "use this scenario for its axis instead of the shipped one")
    .option("--objectives <file>", "use these objectives instead of the shipped ones");

export const outputFlags = (command: Command): Command =>
  command
    .option("--json", "print the report as JSON on stdout, and nothing else there")
    .option("--quiet", "say nothing but the result");

export const gateFlags = (command: Command): Command =>
  command.option("--min <letter>", `exit 122 below this letter (${LETTERS.join(", ")})`);
