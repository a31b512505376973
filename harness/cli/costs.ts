import { z } from "zod";
import { costsOf } from "#grader/cost/costs.ts";
import { renderCosts } from "#reports/render/costs.ts";
import type { Settings } from "../config.ts";
import { EXIT } from "../errors.ts";
import type { World } from "../world.ts";
import { evidenceOf, shippedProfiles } from "./estimate-asks.ts";
import { sizeOf } from "./grade.ts";
import { type Metered, NOT_METERED, readMetered } from "./metered-units.ts";
import { parseFlags } from "./record.ts";
import { openStores } from "./stores.ts";

const Flags = z.object({
  days: z.coerce.number().positive().max(30).default(7),
  json: z.boolean().default(false),
});

/** `loadstone costs`: per Repo, from what the meter stored; else as profiles declare it. */
export async function costs(world: World, settings: Settings, given: unknown): Promise<number> {
  const { days, json } = parseFlags(Flags, given);
  const url = settings.instance ?? settings.broker;
  const library = await shippedProfiles();
  const metered = url === undefined ? NOT_METERED : await meteredOf(world, settings, url, days);
  const names = [...new Set(metered.units.map(({ repo }) => repo))];
  const repos = names.length > 0 ? names : library.map(({ id }) => id);
  const made = costsOf({
    target: url ?? null,
    days,
    hours: metered.hours,
    units: metered.units,
    repos: repos.flatMap((repo) => {
      const evidence = evidenceOf(repo, { given: [], library, metered });
      return evidence === undefined ? [] : [{ repo, evidence }];
    }),
  });
  if (json) world.out(`${JSON.stringify(made, null, 2)}\n`);
  else world.out(renderCosts(made, sizeOf(world)));
  return EXIT.ok;
}

async function meteredOf(
  world: World,
  settings: Settings,
  url: string,
  days: number,
): Promise<Metered> {
  await using stores = await openStores(world, settings);
  const nowMs = world.clock.wall();
  return await readMetered(stores.access, url, await shippedProfiles(), { nowMs, days });
}
