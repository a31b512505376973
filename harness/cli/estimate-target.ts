import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { z } from "zod";
import type { EstimateTarget } from "#grader/contracts/estimate.ts";
import { Report } from "#grader/contracts/report.ts";
import { platformMeanOf } from "#grader/cost/evidence.ts";
import { type Room, roomOf } from "#grader/cost/room.ts";
import { NO_COST, times } from "#grader/cost/vector.ts";
import type { StoreReader } from "#harness/store/store.ts";
import type { Settings } from "../config.ts";
import { LoadstoneError } from "../errors.ts";
import type { World } from "../world.ts";
import { shippedProfiles } from "./estimate-asks.ts";
import { type Metered, namesOf, NOT_METERED, readMetered } from "./metered-units.ts";
import { openStores } from "./stores.ts";

export interface TargetFound {
  readonly graded: { readonly target: EstimateTarget; readonly room: Room } | undefined;
  readonly metered: Metered;
}

const METERED_DAYS = 7;
/** Runs looked through for one of the target. */
const LATEST_RUNS = 500;

/** What is known of the target: a report file alone, else what the store holds; or nothing. */
export async function readTarget(
  world: World,
  settings: Settings,
  grade: string | undefined,
): Promise<TargetFound> {
  const url = settings.instance ?? settings.broker;
  const file = grade === undefined ? undefined : await reportIn(resolve(world.cwd, grade));
  if (file !== undefined && url === undefined) {
    return { graded: gradedBy(file, NOT_METERED), metered: NOT_METERED };
  }
  if (url === undefined && grade === undefined) return { graded: undefined, metered: NOT_METERED };
  await using stores = await openStores(world, settings);
  const report = file ?? (await storedReport(stores.reader, url, grade));
  const metered = await readMetered(
    stores.access,
    url ?? report.run.target.url,
    await shippedProfiles(),
    { nowMs: world.clock.wall(), days: METERED_DAYS },
  );
  return { graded: gradedBy(report, metered), metered };
}

function gradedBy(report: Report, metered: Metered) {
  const { run, grade } = report;
  const room = roomOf(report, useOf(metered));
  const target: EstimateTarget = {
    runId: run.id,
    kind: run.target.kind,
    url: run.target.url,
    name: run.target.name,
    letter: grade.letter,
    depth: run.depth,
    measuredAtMs: run.endedAtMs,
    jointRun: room.joint !== undefined,
    useMetered: metered.units.length > 0,
  };
  return { target, room };
}

/** Use of the instance: its busy minutes, and what only the Units' profiles tell. */
function useOf({ units, busy }: Metered) {
  if (units.length === 0) return NO_COST;
  const total = times(units.length, platformMeanOf(units.map(({ cost }) => cost)));
  const linked = units.reduce((sum, { cost }) => sum + cost.mean.relay, 0);
  const nodes = units.reduce((sum, { cost }) => sum + cost.p95.relay, 0);
  return {
    ...total,
    relay: Math.max(linked, Math.min(nodes, busy.node)),
    store: Math.max(total.store, busy.stored),
    base: Math.max(total.base, busy.base),
  };
}

/** The report in a file; undefined where there is no such file, which may be a stored run. */
async function reportIn(file: string): Promise<Report | undefined> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const parsed = Report.safeParse(tryJson(text));
  if (parsed.success) return parsed.data;
  throw new LoadstoneError(
    "CONFIG_INVALID",
    `${file} is not a report of a grading:\n${firstProblem(parsed.error)}`,
    { hint: "make one with `loadstone grade --json > report.json`, or `report RUN --format json`" },
  );
}

/** A file of another kind is wrong in a hundred places: the first few tell. */
const firstProblem = (error: z.ZodError): string =>
  z.prettifyError(error).split("\n").slice(0, 4).join("\n");

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

async function storedReport(
  reader: StoreReader,
  url: string | undefined,
  runId: string | undefined,
): Promise<Report> {
  if (runId !== undefined) {
    const report = await reader.readReport(runId);
    if (report !== undefined) return report;
    throw new LoadstoneError(
      "RUN_NOT_FOUND",
      `${runId} is neither a report file nor a stored run`,
      {
        hint: "`loadstone runs ls` lists the runs",
      },
    );
  }
  const names = namesOf(url ?? "");
  for (const run of await reader.listRuns(LATEST_RUNS)) {
    if (!namesOf(run.targetUrl).some((name) => names.includes(name))) continue;
    const report = await reader.readReport(run.runId);
    if (report?.axes.some(({ capacity }) => capacity !== null) === true) return report;
  }
  throw new LoadstoneError(
    "RUN_NOT_FOUND",
    `the store holds no grading of ${url} that found a capacity`,
    {
      hint: "grade it with `loadstone grade`, or give a report with --grade FILE",
    },
  );
}
