import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { z } from "zod";
import { PriceForm } from "#grader/contracts/price.ts";
import { estimate as estimateOf } from "#grader/cost/estimate.ts";
import { renderEstimate } from "#reports/render/estimate.ts";
import type { Settings } from "../config.ts";
import { EXIT, LoadstoneError } from "../errors.ts";
import { loadProfile } from "../scenario/profile-load.ts";
import { parseSmallYaml } from "../scenario/profile-text.ts";
import { wordsFor } from "../setting-problems.ts";
import type { World } from "../world.ts";
import { asksOf, parseRepos, type RepoCount } from "./estimate-asks.ts";
import { readTarget } from "./estimate-target.ts";
import { sizeOf } from "./grade.ts";
import { parseFlags } from "./record.ts";

const Flags = z.object({
  repo: z.array(z.string()).default([]),
  profile: z.array(z.string().min(1)).max(64).default([]),
  grade: z.string().min(1).optional(),
  price: z.string().min(1).optional(),
  hourlyCost: z.coerce.number().nonnegative().max(1e9).optional(),
  json: z.boolean().default(false),
  quiet: z.boolean().default(false),
});

/** `loadstone estimate`: what Units would eat, of a graded target or in reference Units. */
export async function estimate(world: World, settings: Settings, given: unknown): Promise<number> {
  const flags = parseFlags(Flags, given);
  const profiles = await Promise.all(
    flags.profile.map((file) => loadProfile(resolve(world.cwd, file))),
  );
  const counts = parseRepos(flags.repo, profiles);
  const price = await priceOf(world, flags);
  const target = await readTarget(world, settings, flags.grade);
  if (price !== undefined && target.graded === undefined) {
    throw new LoadstoneError("CONFIG_INVALID", "a price is of a target, and none is named", {
      hint: "add --instance, --broker or --grade",
    });
  }
  const made = estimateOf({
    asks: await asksOf(counts, profiles, target.metered),
    graded: target.graded,
    price,
    neighbours: target.metered.units.map(({ cost }) => cost.mean),
  });
  if (flags.json) world.out(`${JSON.stringify(made, null, 2)}\n`);
  else world.out(renderEstimate(made, sizeOf(world)));
  if (!flags.quiet && !flags.json) for (const hint of hintsFor(counts, target)) world.warn(hint);
  return EXIT.ok;
}

/** What a first estimate leaves open, and how to go on. */
function hintsFor(
  counts: readonly RepoCount[],
  { graded }: Awaited<ReturnType<typeof readTarget>>,
): string[] {
  if (graded !== undefined) return [];
  const repos = counts.map(({ repo, units }) => `--repo ${repo}=${units}`).join(" ");
  return [`for a target's own figures: loadstone estimate ${repos} --grade REPORT.json`];
}

async function priceOf(
  world: World,
  { price, hourlyCost }: z.infer<typeof Flags>,
): Promise<PriceForm | undefined> {
  if (price !== undefined && hourlyCost !== undefined) {
    throw new LoadstoneError("CONFIG_INVALID", "--price and --hourly-cost say the same twice");
  }
  if (hourlyCost !== undefined) return PriceForm.parse({ kind: "scarcity", perHour: hourlyCost });
  if (price === undefined) return undefined;
  const file = resolve(world.cwd, price);
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new LoadstoneError("CONFIG_INVALID", `${price} cannot be read`, { cause });
  });
  const parsed = PriceForm.safeParse(parseSmallYaml(text, file), { error: wordsFor });
  if (parsed.success) return parsed.data;
  throw new LoadstoneError(
    "CONFIG_INVALID",
    `${price} is not a price form:\n${z.prettifyError(parsed.error)}`,
    { hint: "the schema is scenarios/schema/price-1.json" },
  );
}
