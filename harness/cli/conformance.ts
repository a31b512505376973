import type { Command } from "commander";
import { harmless, paintOf } from "#reports/render/paint.ts";
import type { Settings } from "../config.ts";
import { ASSERTIONS } from "../conformance/assertions/all.ts";
import { type Comparison, conform } from "../conformance/conform.ts";
import { openBench } from "../conformance/open-bench.ts";
import { EXIT, LoadstoneError } from "../errors.ts";
import type { World } from "../world.ts";
import { storeFlags } from "./flags.ts";
import { gate, manifestDirectory, sizeOf } from "./grade.ts";
import { newRunId } from "./run-id.ts";

export interface ConformanceFlags {
  readonly json?: boolean;
  readonly slow?: boolean;
  /** Beginning of the ids to look at, comma-separated. */
  readonly only?: string;
  readonly untagged?: string;
}

/** The command; `run` is given the settings without its own flags. */
export function conformanceCommand(
  program: Command,
  run: (settings: Record<string, unknown>, flags: ConformanceFlags) => Promise<void>,
): void {
  const command = program
    .command("conformance")
    .description("hold a Pepeunit instance against the contract the sandbox follows")
    .requiredOption(
      "--instance <url>",
      "the instance; LOADSTONE_LOGIN and LOADSTONE_PASSWORD sign in",
    )
    .option("--yes", "a public address whose Admin you are")
    .option("--repository <url>", "git repository for the test Units; the instance must reach it")
    .option("--untagged <url>", "a git repository without a tag, for the rule about them")
    .option("--only <list>", "beginnings of ids, e.g. rest,limits/message")
    .option("--slow", "also what takes a minute to see")
    .option("--json", "print the comparison as JSON");
  storeFlags(command)
    .addHelpText(
      "after",
      "\nCreates six Units named ls-… and removes them. LOADSTONE_EMQX_URL with LOADSTONE_EMQX_LOGIN\n" +
        "and LOADSTONE_EMQX_PASSWORD let it look at the broker's own numbers too.\n" +
        "Ends with 0 where all is the same, with 99 where something differs.",
    )
    .action((given: Record<string, unknown>) => {
      const { json, slow, only, untagged, ...settings } = given;
      return run(settings, { json, slow, only, untagged } as ConformanceFlags);
    });
}

/** `loadstone conformance`: says where an instance does something else than the sandbox's contract. */
export async function conformance(
  world: World,
  settings: Settings,
  flags: ConformanceFlags,
): Promise<number> {
  const assertions = chosen(flags.only);
  const target = await gate(world, settings);
  const runId = newRunId(world.clock.wall());
  const say = flags.json === true ? () => {} : world.out;
  const color = sizeOf(world).color;
  const { bench, close } = await openBench({
    world,
    target,
    runId,
    manifestDir: manifestDirectory(settings),
    repositoryUrl: settings.repository,
    untagged: flags.untagged,
    log: world.warn,
  });
  let comparisons: readonly Comparison[];
  try {
    comparisons = await conform({
      assertions,
      bench,
      slow: flags.slow === true,
      onEach: (comparison) => say(`${lineOf(comparison, color)}\n`),
    });
  } finally {
    const left = (await close())?.left ?? [];
    for (const { kind, name, reason } of left) world.warn(`${kind} ${name} stays: ${reason}`);
    if (left.length > 0) world.warn("`loadstone clean` removes what is left.");
  }
  const { name, version } = bench.parts.root;
  if (flags.json === true) {
    const document = {
      schema: "loadstone/conformance/1",
      runId,
      target: target.url,
      name,
      version,
    };
    world.out(`${JSON.stringify({ ...document, comparisons }, null, 2)}\n`);
  }
  const countOf = (outcome: Comparison["outcome"]) =>
    comparisons.filter((each) => each.outcome === outcome).length;
  say(
    `\n${name} ${version}: ${countOf("same")} the same, ${countOf("differs")} different, ` +
      `${countOf("skipped")} not looked at\n`,
  );
  return countOf("differs") > 0 ? EXIT.objectiveFailed : EXIT.ok;
}

function chosen(only: string | undefined) {
  if (only === undefined) return ASSERTIONS;
  const beginnings = only.split(",").map((text) => text.trim());
  const unknown = beginnings.filter((text) => !ASSERTIONS.some(({ id }) => id.startsWith(text)));
  if (unknown.length > 0) {
    throw new LoadstoneError(
      "CONFIG_INVALID",
      `--only: no assertion begins with ${unknown.join(", ")}`,
      {
        hint: `they begin with ${[...new Set(ASSERTIONS.map(({ id }) => id.split("/")[0]))].join(", ")}`,
      },
    );
  }
  return ASSERTIONS.filter(({ id }) => beginnings.some((text) => id.startsWith(text)));
}

const UNDER = " ".repeat(10);

function lineOf({ outcome, id, contract, quirk, detail }: Comparison, color: boolean): string {
  const paint = paintOf(color);
  const tones = { same: paint.good, differs: paint.bad, skipped: paint.dim };
  const head = `${tones[outcome](outcome.padEnd(9))} ${quirk} ${paint.dim(`(${id}, ${contract})`)}`;
  return detail === undefined ? head : `${head}\n${UNDER}${harmless(detail)}`;
}
