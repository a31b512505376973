import { join } from "node:path";
import type { AxisId } from "#grader/contracts/axis.ts";
import type { Depth } from "#grader/contracts/capacity.ts";
import { renderJson } from "#reports/render/json.ts";
import { renderTerminal } from "#reports/render/terminal.ts";
import type { Settings } from "../config.ts";
import { EXIT, LoadstoneError } from "../errors.ts";
import { makePlan, type Plan } from "../plan/plan.ts";
import { gradeRun, type GradedRun } from "../run/grade-run.ts";
import { letterBefore } from "../run/letter-before.ts";
import { loadObjectives, loadScenario, SCENARIO_DIRECTORY } from "../scenario/load.ts";
import { checkTarget, type Target } from "../scenario/target-gate.ts";
import { isAdmin } from "../target/admin.ts";
import { readBrokerAccess } from "../target/broker-access.ts";
import { openBrokerTarget } from "../target/broker-target.ts";
import { refuseFleet } from "../target/fleet-keeping.ts";
import { openInstanceTarget } from "../target/instance-target.ts";
import type { CleanUp, RunTarget, TargetContext } from "../target/target.ts";
import type { World } from "../world.ts";
import { planWithinReach } from "./generator-ceilings.ts";
import { idleNotice } from "./idle-notice.ts";
import { openDisplay } from "./live-display.ts";
import { newRunId } from "./run-id.ts";
import { type OpenStores, openStores } from "./stores.ts";
import { workerRoom } from "./worker-room.ts";

export interface GradeFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** `loadstone grade`: measures a target and says what it holds. */
export async function grade(world: World, settings: Settings, flags: GradeFlags): Promise<number> {
  const target = await gate(world, settings);
  const plan = await planFor(world, settings, target.kind);
  checkFileLimit(world, plan);
  if (flags.quiet !== true && settings.reuse === undefined) {
    const place = { url: target.url };
    for (const line of await idleNotice(manifestDirectory(settings), place)) world.warn(line);
  }
  await using stores = await openStores(world, settings);
  const graded = await runGrade(world, settings, { target, plan, stores, flags });
  return present(world, graded, flags);
}

export interface GradeJob {
  readonly target: Target;
  readonly plan: Plan;
  readonly stores: OpenStores;
  readonly flags: GradeFlags;
  /** Credentials of a sandbox of our own, in place of the environment's. */
  readonly env?: World["env"];
  readonly runId?: string;
  /** State directory of the sandbox, when the target is one of our own. */
  readonly sandboxState?: string;
}

/** Runs a planned grading on an open store. */
export async function runGrade(
  world: World,
  settings: Settings,
  job: GradeJob,
): Promise<GradedRun> {
  const { stores } = job;
  const display = openDisplay(world, job.flags.quiet === true);
  const say = (text: string) => display.show({ kind: "message", text });
  const plan = await planWithinReach(world, settings, job.plan, say).catch((error: unknown) => {
    display.end();
    throw error;
  });
  const context: TargetContext = {
    runId: job.runId ?? newRunId(world.clock.wall()),
    seed: plan.seed,
    maxUnits: plan.maxUnits,
    connectsPerSec: plan.connectsPerSec,
    ...(settings.sourceAddresses === undefined
      ? {}
      : { sourceAddresses: settings.sourceAddresses }),
    onProgress: say,
  };
  try {
    await using target = await openTarget(world, settings, { ...job, plan }, context);
    return await gradeRun({
      runId: context.runId,
      plan,
      target,
      store: stores.writer,
      clock: world.clock,
      signal: world.signal,
      onNews: (news) => display.show(news),
      previousLetter: await letterBefore(stores.reader, {
        url: job.target.url,
        axes: plan.axes.map(({ axis }) => axis),
      }),
      min: settings.min,
    });
  } finally {
    display.end();
  }
}

/** Opens what may be loaded, with the credentials of the job or of the environment. */
export async function openTarget(
  world: World,
  settings: Settings,
  job: Pick<GradeJob, "target" | "plan" | "env" | "sandboxState">,
  context: TargetContext,
): Promise<RunTarget> {
  const { target, plan } = job;
  const env = job.env ?? world.env;
  if (target.kind === "broker") {
    refuseFleet(settings);
    const access = await readBrokerAccess(env);
    return openBrokerTarget({ target, plan, context, access, signal: world.signal });
  }
  return openInstanceTarget({
    target,
    plan,
    context,
    env,
    manifestDir: manifestDirectory(settings),
    repositoryUrl: settings.repository,
    lookup: world.lookup,
    signal: world.signal,
    hurry: world.hurry,
    sandboxState: job.sandboxState,
    fleet: { keep: settings.keep, reuse: settings.reuse },
    unitUsers: settings.unitUsers,
    clock: world.clock,
  });
}

export const manifestDirectory = ({ data }: Settings): string => join(data, "manifests");

/** Refuses a target that may not be loaded, before anything is opened or sent. */
export async function gate(world: World, settings: Settings): Promise<Target> {
  const { instance, broker, yes } = settings;
  if ((instance === undefined) === (broker === undefined)) {
    throw new LoadstoneError("CONFIG_INVALID", "name one target: --instance URL or --broker URL", {
      hint: "`npm start` grades a sandbox of its own",
    });
  }
  const target = await checkTarget(instance ?? broker ?? "", {
    lookup: world.lookup,
    yes,
    isAdmin: (found) => isAdmin(found, world.env, world.signal),
  });
  const wanted = instance === undefined ? "broker" : "instance";
  if (target.kind !== wanted) {
    throw new LoadstoneError(
      "CONFIG_INVALID",
      `--${wanted} does not take the address of a ${target.kind}: ${target.url}`,
      { hint: `give it with --${target.kind}` },
    );
  }
  return target;
}

export const SHIPPED: Readonly<Record<Target["kind"], readonly string[]>> = {
  instance: ["link", "relay", "store", "base", "api"],
  broker: ["link", "relay-broker"],
};
const DEFAULT_AXES: Readonly<Record<Target["kind"], readonly AxisId[]>> = {
  instance: ["link", "relay", "store", "base", "api"],
  broker: ["link", "relay"],
};
const DEFAULT_UNITS: Readonly<Record<Target["kind"], Readonly<Record<Depth, number>>>> = {
  instance: { glance: 600, quick: 1000, standard: 2000, certify: 2000 },
  broker: { glance: 500, quick: 1000, standard: 2000, certify: 2000 },
};
/** An instance's listener takes 20 a second by default: stay at 80 % of that. */
export const CONNECT_RATE: Readonly<Record<Target["kind"], number>> = { instance: 16, broker: 500 };

/** Every default filled in; nothing is sent. */
export async function planFor(
  world: World,
  settings: Settings,
  kind: Target["kind"],
): Promise<Plan> {
  const named = await Promise.all(settings.scenario.map((file) => loadScenario(file)));
  const shipped = await Promise.all(
    SHIPPED[kind].map((id) => loadScenario(new URL(`waves/${id}.yaml`, SCENARIO_DIRECTORY))),
  );
  const objectives = await loadObjectives(
    settings.objectives ?? new URL("objectives.yaml", SCENARIO_DIRECTORY),
  );
  const depth = settings.depth ?? "quick";
  return makePlan({
    targetKind: kind,
    depth,
    seed: settings.seed ?? 1,
    axes: settings.axes ?? DEFAULT_AXES[kind],
    scenarios: [...named, ...shipped],
    objectives,
    maxUnits: settings.maxUnits ?? unitsAllowed(world, DEFAULT_UNITS[kind][depth]),
    connectsPerSec: settings.connectRate ?? CONNECT_RATE[kind],
    room: workerRoom(settings),
    harmCeilingSec: settings.harmCeilingSec,
    joint: settings.joint ?? true,
  });
}

/** Sockets besides the Units': store, dashboard, requests, files. */
const OTHER_FILES = 400;

/** As many Units as a default may ask of this shell; a number asked for is refused instead. */
function unitsAllowed(world: World, wanted: number): number {
  if (world.fileLimit === undefined) return wanted;
  return Math.max(2, Math.min(wanted, 2 * Math.floor((world.fileLimit - OTHER_FILES) / 2)));
}

/**
 * A shell that may not open the sockets the plan asks for is told so now, not half-way.
 * @param flag that asks for fewer Units
 */
export function checkFileLimit(
  world: World,
  plan: Pick<Plan, "maxUnits">,
  flag: "--max-units" | "--units" = "--max-units",
): void {
  const needed = plan.maxUnits + OTHER_FILES;
  if (world.fileLimit === undefined || world.fileLimit >= needed) return;
  throw new LoadstoneError(
    "FILE_LIMIT_TOO_LOW",
    `${plan.maxUnits} Units need about ${needed} open files, this shell allows ${world.fileLimit}`,
    { hint: `run \`ulimit -n ${needed}\` first, or lower ${flag}` },
  );
}

/** Prints a finished run and gives the exit code. */
export function present(world: World, graded: GradedRun, flags: GradeFlags): number {
  const { report, cleanUp, error, storeTrouble } = graded;
  if (flags.json === true) world.out(renderJson(report));
  else world.out(renderTerminal(report, sizeOf(world)));
  for (const line of leftLines(cleanUp)) world.warn(line);
  if (storeTrouble !== undefined) world.warn(`the store: ${storeTrouble}`);
  if (error !== undefined) {
    world.warn(`${error.code}: ${error.message}`);
    if (error.hint !== undefined) world.warn(error.hint);
  }
  if (report.run.exitCode !== EXIT.ok) return report.run.exitCode;
  return storeTrouble === undefined ? EXIT.ok : EXIT.unreachable;
}

/** What is left on the target, counted by kind and reason. */
export function leftLines({ left, kept }: CleanUp): string[] {
  if (kept !== undefined) {
    const { runId, units } = kept;
    return [`kept ${units} Units on the target: --reuse ${runId} takes them over`];
  }
  const counts = new Map<string, number>();
  for (const { kind, reason } of left) {
    const key = `${kind}: ${reason}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  if (counts.size === 0) return [];
  const lines = [...counts].map(([key, count]) => `left on the target: ${count} ${key}`);
  return [...lines, "`npm run -s loadstone -- clean` removes them once the target is back"];
}

export const sizeOf = (world: World): { color: boolean; width: number } => ({
  color: world.terminal !== undefined && world.env["NO_COLOR"] === undefined,
  width: Math.min(100, world.terminal?.columns ?? 100),
});
