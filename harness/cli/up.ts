import { join } from "node:path";
import type { Settings } from "../config.ts";
import { cleanTarget } from "../platform/clean.ts";
import { openPlatform } from "../platform/rest.ts";
import { checkTarget, type Target } from "../scenario/target-gate.ts";
import type { World } from "../world.ts";
import { Closers } from "./closers.ts";
import { buildDashboard, type Dashboard, freePort, serveDashboard } from "./dashboard.ts";
import {
  checkFileLimit,
  gate,
  type GradeFlags,
  manifestDirectory,
  planFor,
  present,
  runGrade,
} from "./grade.ts";
import { newRunId } from "./run-id.ts";
import { rememberedPorts, rememberPorts } from "./sandbox-ports.ts";
import { startSandboxService } from "./sandbox-service.ts";
import { type OpenStores, openStores } from "./stores.ts";

export interface UpFlags extends GradeFlags {
  /** Grade, print, exit: no dashboard. */
  readonly once?: boolean;
  /** True capacity of the sandbox. */
  readonly capacity?: string;
  readonly noise?: string;
}

const DEFAULT_CAPACITY = "relay=900,api=120";

/**
 * The main job: stands up what is missing (store, sandbox, dashboard), grades, and serves the
 * dashboard until Ctrl-C.
 */
export async function up(world: World, settings: Settings, flags: UpFlags): Promise<number> {
  const say = (line: string) => {
    if (flags.quiet !== true) world.warn(line);
  };
  const closers = new Closers();
  try {
    const serve = flags.once !== true;
    if (serve) await freePort(settings);
    const named = settings.instance !== undefined || settings.broker !== undefined;
    const ownTarget = named ? undefined : startSandbox(settings, flags, closers, world);
    const target = named ? gate(world, settings) : ownTarget?.then((own) => own.target);
    say(named ? "starting the store …" : "starting the store and a sandbox instance …");
    const [stores, found] = await Promise.all([
      openStores(world, settings).then((opened) => closers.use(opened)),
      target,
      serve ? buildDashboard(say) : undefined,
    ]);
    if (found === undefined) throw new Error("no target");
    const env = (await ownTarget)?.env ?? world.env;
    await cleanLeftovers(world, settings, found, env, say);
    const dashboard = serve ? await openDashboard(world, settings, stores, closers) : undefined;
    const runId = newRunId(world.clock.wall());
    if (dashboard !== undefined) say(`dashboard: ${dashboard.url}/runs/${runId}/live`);
    const glance = { ...settings, depth: settings.depth ?? "glance" } as const;
    const plan = await planFor(world, glance, found.kind);
    checkFileLimit(world, plan);
    const graded = await runGrade(world, settings, {
      target: found,
      plan,
      stores,
      flags,
      env,
      runId,
    });
    const code = present(world, settings, graded, flags);
    if (dashboard === undefined || world.signal.aborted) return code;
    say(`the dashboard stays at ${dashboard.url} until Ctrl-C`);
    await aborted(world.signal);
    return code;
  } finally {
    await closers.close();
  }
}

async function startSandbox(settings: Settings, flags: UpFlags, closers: Closers, world: World) {
  const state = join(settings.data, "sandbox");
  const ports = await rememberedPorts(state);
  const args = Object.entries({
    "--port": String(ports.http),
    "--mqtt-port": String(ports.mqtt),
    "--capacity": flags.capacity ?? DEFAULT_CAPACITY,
    "--noise": flags.noise ?? "0",
    "--seed": String(settings.seed ?? 1),
    "--data": state,
  }).flat();
  const log = (line: string) => {
    if (world.env["LOADSTONE_DEBUG"] !== undefined) world.warn(line);
  };
  const sandbox = closers.use(await startSandboxService(args, log));
  const { url, mqtt, admin } = sandbox.ready;
  await rememberPorts(state, { http: portOf(url), mqtt: portOf(mqtt) });
  const target = await checkTarget(url, { lookup: world.lookup, yes: false });
  const env = { ...world.env, LOADSTONE_LOGIN: admin.login, LOADSTONE_PASSWORD: admin.password };
  return { target, env };
}

const portOf = (url: string): number => Number(new URL(url).port);

/** Our own sandbox is ours to tidy; what runs left on other targets is only named. */
async function cleanLeftovers(
  world: World,
  settings: Settings,
  target: Target,
  env: World["env"],
  say: (line: string) => void,
): Promise<void> {
  if (settings.instance !== undefined || settings.broker !== undefined) return;
  const manifestDir = manifestDirectory(settings);
  const client = openPlatform({ url: target.url, address: target, signal: world.signal });
  const { LOADSTONE_LOGIN: login = "", LOADSTONE_PASSWORD: password = "" } = env;
  try {
    await cleanTarget({
      manifestDir,
      log: say,
      signal: world.signal,
      openSession: () => client.login(login, password),
      only: (url) => url === target.url,
    });
  } finally {
    await client.close();
  }
}

async function openDashboard(
  world: World,
  settings: Settings,
  stores: OpenStores,
  closers: Closers,
): Promise<Dashboard> {
  return closers.use(await serveDashboard(world, stores.access, settings));
}

/** Resolves when the signal is aborted, which is how serving ends. */
const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
