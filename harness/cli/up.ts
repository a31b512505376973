import { axesFor } from "#grader/grade/axis-units.ts";
import type { Settings } from "../config.ts";
import { LoadstoneError } from "../errors.ts";
import { abortReason } from "../load/clock.ts";
import type { Plan } from "../plan/plan.ts";
import type { Target } from "../scenario/target-gate.ts";
import type { World } from "../world.ts";
import { Closers } from "./closers.ts";
import { freePort, serveDashboard } from "./dashboard.ts";
import { buildDashboard } from "./dashboard-build.ts";
import { checkFileLimit, gate, type GradeFlags, planFor, present, runGrade } from "./grade.ts";
import {
  checkSandbox,
  type OwnSandbox,
  type SandboxWishes,
  startOwnSandbox,
  tidyOwnSandbox,
} from "./own-sandbox.ts";
import { newRunId } from "./run-id.ts";
import { type OpenStores, openStores } from "./stores.ts";
import { aborted, together } from "./together.ts";

export interface UpFlags extends GradeFlags, SandboxWishes {
  /** Grade, print, exit: no dashboard. */
  readonly once?: boolean;
}

/**
 * The main job: stands up what is missing (store, sandbox, dashboard), grades, and serves the
 * dashboard until Ctrl-C. What can be refused is refused before anything is stood up.
 */
export async function up(world: World, settings: Settings, flags: UpFlags): Promise<number> {
  const say = (line: string) => {
    if (flags.quiet !== true) world.warn(line);
  };
  const serve = flags.once !== true;
  const named = await checkAsked(world, settings, flags);
  const glance = { ...settings, depth: settings.depth ?? "glance" } as const;
  const plan = firstAnswerSoon(settings, await planFor(world, glance, named?.kind ?? "instance"));
  checkFileLimit(world, plan);
  if (serve) await freePort(settings);

  await using closers = new Closers();
  say(named === undefined ? "starting the store and a sandbox instance …" : "starting the store …");
  const { stores, own } = await standUp(world, settings, flags, { named, closers, say });
  const target = own?.target ?? named;
  if (target === undefined) throw new Error("neither a target nor a sandbox");
  if (own !== undefined) await tidyOwnSandbox(world, settings, own, say);
  const dashboard = serve
    ? closers.use(await serveDashboard(world, stores.access, settings))
    : undefined;
  const runId = newRunId(world.clock.wall());
  if (dashboard !== undefined) say(`dashboard: ${dashboard.url}/runs/${runId}/live`);
  const graded = await runGrade(world, settings, {
    target,
    plan,
    stores,
    flags,
    runId,
    ...(own === undefined ? {} : { env: own.env, sandboxState: own.state }),
  });
  const code = present(world, graded, flags);
  if (dashboard === undefined || world.signal.aborted) return code;
  say(`the dashboard stays at ${dashboard.url} until Ctrl-C`);
  await Promise.race([aborted(world.signal), dashboard.ended]);
  return code;
}

/** A joint run of some axes makes no letter final, and would be waited for: only when asked for. */
function firstAnswerSoon({ joint }: Settings, plan: Plan): Plan {
  const isWhole = plan.axes.length === axesFor(plan.targetKind).length;
  if (joint === true || isWhole) return plan;
  const { joint: _joint, ...alone } = plan;
  return alone;
}

/** The target asked for; undefined when none is and the sandbox's flags are right. */
async function checkAsked(
  world: World,
  settings: Settings,
  flags: UpFlags,
): Promise<Target | undefined> {
  const { instance, broker } = settings;
  if (instance === undefined && broker === undefined) {
    checkSandbox(settings, flags);
    return undefined;
  }
  if (flags.capacity !== undefined || flags.noise !== undefined) {
    throw new LoadstoneError(
      "CONFIG_INVALID",
      `--capacity and --noise are of the sandbox, and ${instance ?? broker} is graded instead`,
      { hint: "leave them out, or name no target" },
    );
  }
  return gate(world, settings);
}

interface Asked {
  readonly named: Target | undefined;
  readonly closers: Closers;
  readonly say: (line: string) => void;
}

async function standUp(
  world: World,
  settings: Settings,
  flags: UpFlags,
  { named, closers, say }: Asked,
): Promise<{ readonly stores: OpenStores; readonly own: OwnSandbox | undefined }> {
  const failed = new AbortController();
  const signal = AbortSignal.any([world.signal, failed.signal]);
  const [stores, own] = await together(
    [
      openStores(world, settings).then((opened) => closers.use(opened)),
      named === undefined ? startOwnSandbox(world, settings, flags, closers) : undefined,
      flags.once === true ? undefined : buildDashboard(world, say, signal),
    ] as const,
    () => failed.abort(),
  );
  if (world.signal.aborted) throw abortReason(world.signal);
  return { stores, own };
}
