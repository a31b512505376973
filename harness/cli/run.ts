import { renderFixedRun } from "#reports/render/fixed-run/terminal.ts";
import type { Settings } from "../config.ts";
import { EXIT } from "../errors.ts";
import { asPlan } from "../plan/fixed-plan.ts";
import { type FinishedRun, fixedRun } from "../run/fixed-run.ts";
import type { TargetContext } from "../target/target.ts";
import type { World } from "../world.ts";
import { checkFileLimit, gate, leftLines, openTarget, sizeOf } from "./grade.ts";
import { replayProfile } from "./replay-profile.ts";
import { openRunDisplay } from "./run-display.ts";
import { newRunId } from "./run-id.ts";
import { fixedPlanFor } from "./run-plan.ts";
import { openStores } from "./stores.ts";

export interface RunFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** `loadstone run`: a given load for a given time, no search; says what came of it. */
export async function run(
  world: World,
  settings: Settings,
  scenario: string,
  flags: RunFlags,
): Promise<number> {
  if (settings.profile !== undefined) {
    return replayProfile(world, settings, settings.profile, flags);
  }
  const target = await gate(world, settings);
  const fixed = await fixedPlanFor(world, settings, target.kind, scenario);
  const plan = asPlan(fixed);
  checkFileLimit(world, plan, "--units");
  await using stores = await openStores(world, settings);
  const show = openRunDisplay(world, flags.quiet === true);
  const context: TargetContext = {
    runId: newRunId(world.clock.wall()),
    seed: plan.seed,
    maxUnits: plan.maxUnits,
    connectsPerSec: plan.connectsPerSec,
    onProgress: (text) => show({ kind: "message", text }),
    keepAliveSec: fixed.keepAliveSec,
    ...(settings.sourceAddresses === undefined
      ? {}
      : { sourceAddresses: settings.sourceAddresses }),
  };
  await using opened = await openTarget(world, settings, { target, plan }, context);
  const finished = await fixedRun({
    runId: context.runId,
    plan: fixed,
    target: opened,
    store: stores.writer,
    clock: world.clock,
    signal: world.signal,
    hurry: world.hurry,
    onNews: show,
  });
  show("end");
  return present(world, finished, flags);
}

/** Prints a finished run and gives the exit code. */
function present(world: World, finished: FinishedRun, flags: RunFlags): number {
  const { report, cleanUp, error, storeTrouble } = finished;
  if (flags.json === true) world.out(`${JSON.stringify(report, null, 2)}\n`);
  else world.out(renderFixedRun(report, sizeOf(world)));
  for (const line of leftLines(cleanUp)) world.warn(line);
  if (storeTrouble !== undefined) world.warn(`the store: ${storeTrouble}`);
  if (error !== undefined) {
    world.warn(`${error.code}: ${error.message}`);
    if (error.hint !== undefined) world.warn(error.hint);
  }
  const { exitCode } = report.run;
  if (exitCode !== EXIT.ok) return exitCode;
  return storeTrouble !== undefined || cleanUp.left.length > 0 ? EXIT.unreachable : EXIT.ok;
}
