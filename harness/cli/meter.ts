import { join } from "node:path";
import { z } from "zod";
import { openMinuteInserts } from "#harness/store/minute-inserts.ts";
import { openStoreReader } from "#harness/store/clickhouse-reader.ts";
import type { RepoUsage, UnitUsage } from "#harness/store/rows.ts";
import type { Settings } from "../config.ts";
import { EXIT, LoadstoneError } from "../errors.ts";
import { seededRandom } from "../load/random.ts";
import { runMeter } from "../observe/meter/run-meter.ts";
import { stableHash } from "../observe/topic-place.ts";
import { Span } from "../scenario/span.ts";
import { checkTarget } from "../scenario/target-gate.ts";
import type { World } from "../world.ts";
import { Closers } from "./closers.ts";
import { listenFor, openObserved } from "./observed.ts";
import { columns } from "./profile-words.ts";
import { parseFlags } from "./record.ts";
import { openAccess } from "./stores.ts";

const MeterFlags = z.object({
  unit: z.guid().optional(),
  topic: z.array(z.string().min(1)).default([]),
  duration: Span.optional(),
  show: z.boolean().default(false),
  top: z.coerce.number().int().min(1).max(10_000).default(10),
  json: z.boolean().default(false),
  quiet: z.boolean().default(false),
});

const STORE_EVERY_MS = 60_000;

/** `loadstone meter`: counts what Units send until Ctrl-C, or shows what was counted. */
export async function meter(world: World, settings: Settings, given: unknown): Promise<number> {
  const flags = parseFlags(MeterFlags, given);
  await using closers = new Closers();
  if (flags.show) return show(world, settings, flags, closers);
  const access = await openAccess(world, settings, closers);
  const { target } = closers.use(await openObserved(world, settings, flags));
  const id = stableHash(settings.data, target.name);
  const inserts = closers.use(openMinuteInserts(access));
  const say = flags.quiet ? () => undefined : world.warn;
  await using listening = listenFor(flags.duration, world.signal);
  const counts = await runMeter(
    {
      target,
      folder: join(settings.data, "meter", id),
      clientId: `ls-meter-${id}`,
      inserts,
      storeEveryMs: STORE_EVERY_MS,
      clock: world.clock,
      random: seededRandom(world.clock.wall()),
      say,
    },
    listening.signal,
  );
  if (flags.json) world.out(`${JSON.stringify(counts, null, 2)}\n`);
  else {
    world.out(`${counts.messages} messages counted, ${counts.storedRows} minutes stored\n`);
    if (counts.waitingSegments > 0) world.warn("some counts wait on disk for ClickHouse");
    world.warn("`loadstone meter --show` with the same target prints them");
  }
  return counts.waitingSegments > 0 ? EXIT.unreachable : EXIT.ok;
}

async function show(
  world: World,
  settings: Settings,
  { top, json }: { readonly top: number; readonly json: boolean },
  closers: Closers,
): Promise<number> {
  const named = settings.instance ?? settings.broker;
  if (named === undefined) {
    throw new LoadstoneError("CONFIG_INVALID", "whose counts are to be shown?", {
      hint: "name the target that was metered with --instance URL or --broker URL",
    });
  }
  // The name counts are stored under; nothing is sent there.
  const { url } = await checkTarget(named, {
    lookup: world.lookup,
    yes: true,
    isAdmin: () => Promise.resolve(true),
  });
  const reader = closers.use(openStoreReader(await openAccess(world, settings, closers)));
  const nowMs = world.clock.wall();
  const repos = await reader.readRepoUsage(url, nowMs);
  const all = await reader.readUnitUsage(url, nowMs);
  const units = all.toSorted((a, b) => b.day.messages - a.day.messages).slice(0, top);
  if (json) world.out(`${JSON.stringify({ repos, units }, null, 2)}\n`);
  else if (repos.length === 0) world.out(`nothing was metered of ${url}\n`);
  else world.out(`${usageLines(repos, units, all.length).join("\n")}\n`);
  return EXIT.ok;
}

const WINDOWS = ["month", "week", "day", "hour"] as const;

const figures = (usage: Pick<UnitUsage, (typeof WINDOWS)[number]>): string[] => [
  ...WINDOWS.map((window) => perMinute(usage[window].messages, usage[window].spanMs)),
  perMinute(usage.day.bytes, usage.day.spanMs),
];

/** Messages a minute, averaged over each window's whole length. */
function usageLines(
  repos: readonly RepoUsage[],
  units: readonly UnitUsage[],
  all: number,
): string[] {
  const head = ["month", "week", "day", "hour", "bytes (day)"];
  return [
    "messages a minute, averaged over",
    ...columns([
      ["repo", "Units", ...head],
      ...repos.map((usage) => [usage.repo || "—", String(usage.units), ...figures(usage)]),
    ]),
    "",
    `the ${units.length} of ${all} Units that sent most in a day`,
    ...columns([["unit", ...head], ...units.map((usage) => [usage.unit, ...figures(usage)])]),
  ];
}

const perMinute = (count: number, spanMs: number): string =>
  String(Number(((count * 60_000) / spanMs).toPrecision(3)));
