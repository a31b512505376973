import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import type { AxisId } from "#grader/contracts/axis.ts";
import { z } from "zod";
import type { Settings } from "../config.ts";
import type { GeneratorCeiling } from "../engine/null-sink-ceiling.ts";
import type { AxisPlan, Plan } from "../plan/plan.ts";
import { type Ceilings, withinReach } from "../plan/within-reach.ts";
import { LOADSTONE_VERSION } from "../run/environment.ts";
import type { World } from "../world.ts";
import { type OpenNullSink, openNullSink } from "./null-sink.ts";

const Known = z.array(
  z.object({ key: z.string(), reached: z.number(), ceiling: z.number(), atMs: z.number() }),
);
type Known = z.infer<typeof Known>;

const fileOf = ({ data }: Settings): string => join(data, "generator-ceilings.json");

/** What this machine's generator is known to do for a plan's axes; measures nothing. */
export async function knownCeilings(settings: Settings, plan: Plan): Promise<Ceilings> {
  const known = await readKnown(settings);
  const found = plan.axes.flatMap((axis) => {
    const entry = known.find(({ key }) => key === keyOf(axis, plan.workers));
    return entry === undefined
      ? []
      : [[axis.axis, { reached: entry.reached, ceiling: entry.ceiling }] as const];
  });
  return Object.fromEntries(found);
}

/**
 * The plan within what this generator can offer, measured now against a null sink where it is not
 * known yet: a few seconds, once a machine. Without a measurement the plan stays as it is.
 */
export async function planWithinReach(
  world: World,
  settings: Settings,
  plan: Plan,
  say: (line: string) => void,
  openSink: OpenNullSink = openNullSink,
): Promise<Plan> {
  const known = settings.recalibrate ? {} : await knownCeilings(settings, plan);
  const missing = plan.axes.filter(({ axis }) => hasCeiling(axis) && known[axis] === undefined);
  if (missing.length === 0) return withinReach(plan, known);
  try {
    const measured = await measure(world, missing, plan.workers, say, openSink);
    await remember(world, settings, missing, plan.workers, measured);
    return withinReach(plan, { ...known, ...measured });
  } catch (error) {
    if (world.signal.aborted) throw error;
    const why = error instanceof Error ? error.message : String(error);
    say(`what the load generator can do stays unknown: ${why}`);
    return withinReach(plan, known);
  }
}

/**
 * Units connected are no rate, and what is read back is far below what the same threads relay: the
 * windows themselves tell when the generator came to its limit.
 */
export const hasCeiling = (axis: AxisId): boolean => axis === "relay" || axis === "api";

async function measure(
  world: World,
  axes: readonly AxisPlan[],
  workers: number,
  say: (line: string) => void,
  openSink: OpenNullSink,
): Promise<Ceilings> {
  say("measuring what the load generator can do on this machine …");
  await using sink = await openSink(world);
  const found: Partial<Record<AxisPlan["axis"], GeneratorCeiling>> = {};
  for (const plan of axes) {
    const ceiling = await sink.ceilingFor(plan, workers);
    if (ceiling === undefined) continue;
    found[plan.axis] = ceiling;
    say(`${plan.axis}: ${ceilingInWords(ceiling)}`);
  }
  return found;
}

/** One line for people. */
export function ceilingInWords({ ceiling, reached, doubt }: GeneratorCeiling): string {
  if (doubt === undefined) {
    return `the load generator may offer ${ceiling} a second (70 % of the ${reached} it reached)`;
  }
  const seen = reached === 0 ? "" : `, which reached ${reached} a second or more`;
  return `no limit is known of the load generator${seen}: ${doubt}`;
}

/** A ceiling in doubt is not kept: the next run may find the machine at rest. */
async function remember(
  world: World,
  settings: Settings,
  axes: readonly AxisPlan[],
  workers: number,
  measured: Ceilings,
): Promise<void> {
  const atMs = world.clock.wall();
  const fresh = axes.flatMap((plan) => {
    const found = measured[plan.axis];
    if (found === undefined || found.doubt !== undefined) return [];
    return [{ key: keyOf(plan, workers), reached: found.reached, ceiling: found.ceiling, atMs }];
  });
  const replaced = new Set(axes.map((plan) => keyOf(plan, workers)));
  const kept = (await readKnown(settings)).filter(({ key }) => !replaced.has(key));
  const path = fileOf(settings);
  await mkdir(settings.data, { recursive: true });
  await writeFile(`${path}.new`, JSON.stringify([...kept, ...fresh], null, 2));
  await rename(`${path}.new`, path);
}

/** A file that is not there, or not ours to understand, knows nothing. */
async function readKnown(settings: Settings): Promise<Known> {
  const text = await readFile(fileOf(settings), "utf8").catch(() => "[]");
  try {
    return Known.parse(JSON.parse(text));
  } catch {
    return [];
  }
}

/** All that a ceiling depends on; anything else and it is measured anew. */
function keyOf({ scenario, objective }: AxisPlan, workers: number): string {
  const shape = scenario.axis === "relay" ? scenario.message : scenario.axis;
  const threads = scenario.axis === "api" ? 1 : workers;
  const machine = [cpus()[0]?.model ?? "", availableParallelism(), threads];
  return JSON.stringify([
    LOADSTONE_VERSION,
    process.version,
    ...machine,
    scenario.axis,
    shape,
    objective.deadlineMs,
  ]);
}
