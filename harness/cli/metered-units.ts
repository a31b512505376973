import type { UnitCost } from "#grader/contracts/cost.ts";
import { declaredCost } from "#grader/cost/declared.ts";
import { meteredCost, type MeteredRates, type Unmetered } from "#grader/cost/metered.ts";
import type { ClickHouseAccess } from "#harness/store/clickhouse-client.ts";
import { readUnitLoads, type UnitLoads } from "#harness/store/unit-loads.ts";
import type { Profile } from "../scenario/profile-schema.ts";

/** Units as the meter counted them, with what no meter sees taken from their profile. */
export interface Metered {
  readonly hours: number;
  readonly units: readonly {
    readonly repo: string;
    readonly unit: string;
    readonly cost: UnitCost;
  }[];
  /** Of the whole instance: 95th percentile of its minutes, a second. */
  readonly busy: MeteredRates;
  /** What was put in besides what was counted. */
  readonly assumed: (profile: Profile | undefined) => readonly string[];
}

export const NOT_METERED: Metered = {
  hours: 0,
  units: [],
  busy: { node: 0, base: 0, stored: 0 },
  assumed: () => [],
};

const DAY_MS = 86_400_000;

/** What was metered of a target in the days before `nowMs`. */
export async function readMetered(
  access: ClickHouseAccess,
  url: string,
  library: readonly Profile[],
  { nowMs, days }: { readonly nowMs: number; readonly days: number },
): Promise<Metered> {
  const question = { instances: namesOf(url), sinceMs: nowMs - days * DAY_MS, untilMs: nowMs };
  return meteredOf(await readUnitLoads(access, question), library);
}

/** Costs of what was counted. */
export function meteredOf({ hours, units, busy }: UnitLoads, library: readonly Profile[]): Metered {
  const storedCounted = units.some(({ mean }) => mean.stored > 0);
  return {
    hours,
    busy,
    units: units.map((load) => {
      const profile = library.find(({ id, repo }) => repo === load.repo || id === load.repo);
      return { repo: load.repo, unit: load.unit, cost: meteredCost(load, unmetered(profile)) };
    }),
    assumed: (profile) => assumedOf(profile, storedCounted),
  };
}

function assumedOf(profile: Profile | undefined, storedCounted: boolean): readonly string[] {
  if (profile !== undefined) {
    const stored = storedCounted ? "" : ", and records stored of each message,";
    return [`Units linked, API requests${stored} as the profile ${profile.id} declares them`];
  }
  return [
    "one Unit is linked to each output, and the API is asked for nothing but renewals",
    ...(storedCounted ? [] : ["each node keeps the default DataPipe, a record each 5 s"]),
  ];
}

/** A meter knows an instance by the URL it was given, or by its domain. */
export function namesOf(url: string): readonly string[] {
  if (!URL.canParse(url)) return [url];
  const { href, protocol, host, hostname } = new URL(url);
  return [...new Set([url, href, href.replace(/\/$/, ""), `${protocol}//${host}`, host, hostname])];
}

function unmetered(profile: Profile | undefined): Unmetered {
  if (profile === undefined) return { fanOut: 1, api: undefined, storedRatio: undefined };
  const unlinked = profile.topics.map((topic) =>
    topic.role === "output" ? { ...topic, fanOut: 1 } : topic,
  );
  const { mean } = declaredCost(profile);
  const published = declaredCost({ ...profile, topics: unlinked }).mean.relay;
  return {
    fanOut: published === 0 ? 1 : mean.relay / published,
    api: mean.api,
    storedRatio: published === 0 ? undefined : Math.min(1, mean.store / published),
  };
}
