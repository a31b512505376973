import type { Command } from "commander";
import type { Settings } from "../config.ts";
import type { World } from "../world.ts";
import type { Finish } from "./command-parts.ts";
import { costs } from "./costs.ts";
import { estimate } from "./estimate.ts";
import { storeFlags } from "./flags.ts";

type Given = Record<string, unknown>;
type SettingsOf = (flags: Given) => Promise<Settings>;

const collect = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

/** Adds `estimate` and `costs`. */
export function addCosts(
  program: Command,
  world: World,
  settingsOf: SettingsOf,
  finish: Finish,
): void {
  const estimateCommand = program
    .command("estimate")
    .description("say what Units of a Repo would eat, how many more fit, and what they would cost")
    .option("--repo <name=n>", "so many Units of a Repo, a profile or a mix; repeat it", collect)
    .option("--profile <file>", "profile a Repo is described by; repeat it", collect)
    .option("--instance <url>", "against the newest grading of this instance in the store")
    .option("--broker <url>", "against the newest grading of this broker in the store")
    .option("--grade <file|run>", "against a report: its JSON file, or a stored run")
    .option("--price <file>", "price form in YAML: scarcity, percentile or diverging")
    .option("--hourly-cost <n>", "what the target costs its owner an hour, instead of --price");
  outputOf(storeFlags(estimateCommand), "estimate")
    .addHelpText("after", ESTIMATE_HELP)
    .action((flags: Given) => finish(withSettings(flags, settingsOf, world, estimate)));
  const costsCommand = program
    .command("costs")
    .description("say what the Units of each Repo eat, from what was metered, else as declared")
    .option("--instance <url>", "the instance, as it was metered")
    .option("--broker <url>", "the broker, as it was metered")
    .option("--days <n>", "how far back (default: 7)");
  outputOf(storeFlags(costsCommand), "costs")
    .addHelpText("after", COSTS_HELP)
    .action((flags: Given) => finish(withSettings(flags, settingsOf, world, costs)));
}

const outputOf = (command: Command, document: string): Command =>
  command
    .option("--json", `print it as JSON (reports/schema/${document}-1.json)`)
    .option("--quiet", "say nothing but the result");

const NOT_SETTINGS = ["repo", "profile", "grade", "price", "hourlyCost", "days", "json", "quiet"];

async function withSettings(
  flags: Given,
  settingsOf: SettingsOf,
  world: World,
  command: (world: World, settings: Settings, flags: Given) => Promise<number>,
): Promise<number> {
  const entries = Object.entries(flags).filter(([name]) => !NOT_SETTINGS.includes(name));
  return command(world, await settingsOf(Object.fromEntries(entries)), flags);
}

const ESTIMATE_HELP = `
Without a target the answer is in reference Units. A name is looked for among the given profiles,
the Repos metered on the target, the shipped profiles (by id or Repo), and the mixes.

Examples:
  $ loadstone estimate --repo temp-sensor=1000 --repo relay=200
  $ loadstone estimate --repo garage=500 --instance http://192.168.1.5
  $ loadstone profile draft --repo ./my-unit --out my-unit.yaml
  $ loadstone estimate --profile my-unit.yaml --repo my-unit=100 --grade report.json
  $ loadstone estimate --repo relay=200 --grade report.json --hourly-cost 0.05 --json`;

const COSTS_HELP = `
Repos that were not metered are shown as their profiles declare them.

Examples:
  $ loadstone costs --instance http://192.168.1.5
  $ loadstone costs --instance http://192.168.1.5 --days 1 --json
  $ loadstone costs`;
