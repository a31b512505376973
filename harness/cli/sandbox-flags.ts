import { type Command, Option } from "commander";

/** A flag whose value may be left out for the usual one. */
const usual = (flags: string, description: string, value: string): Option =>
  new Option(flags, description).preset(value);

/** Flags of the sandbox: where it listens, what it can take, what is wrong with it. */
export function sandboxFlags(command: Command): Command {
  return [listening, capacity, faults, instance].reduce((built, add) => add(built), command);
}

const listening = (command: Command): Command =>
  command
    .option("--port <n>", "HTTP port, 0 for any free one (default: 0)")
    .option("--mqtt-port <n>", "MQTT port, 0 for any free one (default: 0)")
    .option("--emqx-port <n>", "port of the broker's admin API, 0 for any free one (default: 0)")
    .option("--state <dir>", "keep users, Units and secrets here over restarts")
    .option("--clickhouse <url>", "keep what Units store in this ClickHouse (default: memory)")
    .option("--clickhouse-user <name>", "its user; the password is LOADSTONE_CLICKHOUSE_PASSWORD")
    .option("--clickhouse-database <name>", 'its database (default: "pepeunit")');

const capacity = (command: Command): Command =>
  command
    .option(
      "--capacity <list>",
      "true capacity: link (connections), relay, store, base (states alone), api (per second); absent is unlimited",
    )
    .option("--log-cost <n>", "what a log message costs base, in state messages (default: 4)")
    .addOption(usual("--joint [share]", "share of all work done on one common resource", "1"))
    .option("--noise <percent>", "how much the capacity wanders (default: 0, or the scenario's)")
    .option("--seed <n>", "seed of all that is random in it (default: 1)");

const faults = (command: Command): Command =>
  command
    .option(
      "--scenario <id>",
      "A-cliff, B-knee, C-noisy, D-drift, E-pauses, F-cold, G-policer, H-shaper, I-hyst, J-store",
    )
    .option("--on <axes>", "axes that scenario and faults are for (default: all with a capacity)")
    .addOption(usual("--cold [ratio]", "begins at this share of its capacity", "0.45"))
    .addOption(usual("--pauses [s]", "stands still 0.15-0.45 s about every so many seconds", "25"))
    .addOption(usual("--drift [percent]", "capacity swings so far within 25 minutes", "8"))
    .addOption(usual("--hysteresis [ratio]", "share left after 0.8 s of backlog, for 10 s", "0.6"))
    .option("--policer", "drops in silence what exceeds the capacity")
    .option("--shaper", "delays what exceeds the capacity, however long")
    .addOption(usual("--dies-at-overload [s]", "never serves again after so much backlog", "2"))
    .option(
      "--fault <list>",
      "data-pipe-key: the DataPipe may not subscribe; slow-hook: 250 ms for each access; " +
        "clock: a minute and a half ahead",
    );

const instance = (command: Command): Command =>
  command
    .option(
      "--limits <list>",
      "the broker's: connects=20,messages=30,bytes=1048576 per second, clients=10000, mailbox=1000",
    )
    .option("--buffer-size <n>", "PU_DP_BUFFER_MAX_SIZE (default: 1000)")
    .option("--off <list>", "features to switch off: datapipe, default-last-value, prometheus")
    .option("--nginx", "limit every address to 5 requests a second, as nginx limits public ones")
    .option("--jobs", "run the hourly jobs at :00 and :30");
