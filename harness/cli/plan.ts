import { isIP } from "node:net";
import { AXES, type AxisId, RAYS } from "#grader/contracts/axis.ts";
import { count, duration, load } from "#reports/render/format.ts";
import type { Settings } from "../config.ts";
import { EXIT } from "../errors.ts";
import type { SourceShare } from "../machine/source-addresses.ts";
import { describeShares, spreadFor } from "../machine/spread.ts";
import type { JointPlan } from "../plan/joint-plan.ts";
import type { Plan } from "../plan/plan.ts";
import { type Ceilings, withinReach } from "../plan/within-reach.ts";
import { createSearch, timeLeftMs } from "../run/search-axis.ts";
import type { World } from "../world.ts";
import { ceilingInWords, hasCeiling, knownCeilings } from "./generator-ceilings.ts";
import { checkFileLimit, planFor } from "./grade.ts";

/** `loadstone plan`: what a grading would do. Sends nothing, not even a name lookup. */
export async function plan(
  world: World,
  settings: Settings,
  flags: { readonly json?: boolean },
): Promise<number> {
  const kind = settings.broker === undefined ? "instance" : "broker";
  const wanted = await planFor(world, settings, kind);
  checkFileLimit(world, wanted);
  const ceilings = await knownCeilings(settings, wanted);
  const made = withinReach(wanted, ceilings);
  const sources = await sourcesOf(settings, made);
  if (flags.json === true) world.out(`${JSON.stringify({ ...made, sources }, null, 2)}\n`);
  else world.out(describe(made, sources, ceilings));
  return EXIT.ok;
}

/** Known without a name lookup only where the target is given by its address. */
async function sourcesOf(
  { broker, instance, sourceAddresses = [] }: Settings,
  { maxUnits }: Plan,
): Promise<readonly SourceShare[]> {
  const url = broker ?? instance ?? "";
  const host = URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, "") : "";
  if (isIP(host) === 0 && sourceAddresses.length === 0) return [];
  return spreadFor(host, maxUnits, sourceAddresses);
}

function describe(made: Plan, sources: readonly SourceShare[], ceilings: Ceilings): string {
  const lines = [
    `${made.targetKind}, depth ${made.depth}, seed ${made.seed}`,
    `up to ${count(made.maxUnits)} Units, connected ${count(made.connectsPerSec)} a second`,
    `${made.workers} ${made.workers === 1 ? "thread sends" : "threads send"}`,
    ...(sources.length === 0 ? [] : [`of them ${describeShares(sources)}`]),
    "",
  ];
  let total = 0;
  for (const axis of made.axes) {
    const { startLoad, maxLoad } = axis.search;
    const longest = timeLeftMs(createSearch(axis));
    total += longest;
    lines.push(
      `${AXES[axis.axis].title.padEnd(6)} ${axis.scenario.about}`,
      `       from ${load(startLoad, axis.axis)} to at most ${load(maxLoad, axis.axis)}, ` +
        `each within ${axis.objective.deadlineMs} ms for ${100 - axis.objective.maxBadRatio * 100} %`,
      `       at most ${duration(longest)} of load and pauses`,
      ...generatorLine(axis.axis, ceilings),
    );
  }
  if (made.joint !== undefined) {
    const longest = timeLeftMs(createSearch(made.joint));
    total += longest;
    lines.push(...jointLines(made.joint, longest));
  }
  lines.push("", `at most ${duration(total)} in all, besides provisioning and connecting`, "");
  return lines.join("\n");
}

/** Where it begins and ends follows from what the axes hold alone. */
function jointLines({ axes, search }: JointPlan, longestMs: number): string[] {
  const titles = axes.map((axis) => AXES[axis].title).join(", ");
  return [
    `${RAYS.joint.title.padEnd(6)} ${titles} at once, each at what so many reference Units ask of it`,
    `       from a quarter of what the weakest holds alone to all of it, at most ${load(search.maxLoad, "joint")}`,
    `       at most ${duration(longestMs)} of load and pauses; --no-joint leaves it out`,
  ];
}

function generatorLine(axis: AxisId, ceilings: Ceilings): string[] {
  if (!hasCeiling(axis)) return [];
  const known = ceilings[axis];
  const line = known === undefined ? NOT_MEASURED : ceilingInWords(known);
  return [`       ${line}`];
}

const NOT_MEASURED = "what the load generator can do here is measured by the first run";
