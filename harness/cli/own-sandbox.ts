import { join } from "node:path";
import { parseFlags } from "#compose/embedded/sandbox/options.ts";
import type { Settings } from "../config.ts";
import { cleanTarget } from "../platform/clean.ts";
import { openPlatform } from "../platform/rest.ts";
import { checkTarget, type Target } from "../scenario/target-gate.ts";
import type { World } from "../world.ts";
import type { Closers } from "./closers.ts";
import { manifestDirectory } from "./grade.ts";
import { rememberedPorts, rememberPorts } from "./sandbox-ports.ts";
import { sandboxArgs, type SandboxService, startSandboxService } from "./sandbox-service.ts";

/** The sandbox that `up` stands up for itself; it remembers its Units and secrets. */

export interface OwnSandbox {
  readonly target: Target;
  /** The environment, with the login of its Admin. */
  readonly env: World["env"];
  /** Directory of its state, which is how manifests know it. */
  readonly state: string;
}

export interface SandboxWishes {
  /** True capacity of the sandbox. */
  readonly capacity?: string;
  readonly noise?: string;
}

/** Each Unit that connects asks the API five times for access: it must bear sixteen a second. */
export const DEFAULT_CAPACITY = "link=400,relay=300,store=80,base=9,api=200";

const stateOf = ({ data }: Settings): string => join(data, "sandbox");

const wished = (settings: Settings, { capacity, noise }: SandboxWishes) => ({
  capacity: capacity ?? DEFAULT_CAPACITY,
  noise: noise ?? "0",
  seed: String(settings.seed ?? 1),
});

/** Throws what is wrong with the wishes, before a process is started for them. */
export function checkSandbox(settings: Settings, wishes: SandboxWishes): void {
  parseFlags(sandboxArgs(wished(settings, wishes)));
}

export async function startOwnSandbox(
  world: World,
  settings: Settings,
  wishes: SandboxWishes,
  closers: Closers,
): Promise<OwnSandbox> {
  const state = stateOf(settings);
  const ports = await rememberedPorts(state);
  const listen = { port: String(ports.http), "mqtt-port": String(ports.mqtt), data: state };
  const args = sandboxArgs({ ...wished(settings, wishes), ...listen });
  const { ready } = closers.use(await startSandboxService(world, args));
  await rememberPorts(state, { http: portOf(ready.url), mqtt: portOf(ready.mqtt) });
  const target = await checkTarget(ready.url, { lookup: world.lookup, yes: false });
  return { target, env: { ...world.env, ...loginOf(ready) }, state };
}

/** Stands up the sandbox of a run that died, with no limit to its capacity: it is only cleaned. */
export const reviveSandbox = (world: World, state: string): Promise<SandboxService> =>
  startSandboxService(world, sandboxArgs({ data: state }));

export const loginOf = ({ admin }: SandboxService["ready"]): Readonly<Record<string, string>> => ({
  LOADSTONE_LOGIN: admin.login,
  LOADSTONE_PASSWORD: admin.password,
});

const portOf = (url: string): number => Number(new URL(url).port);

/** Our own sandbox is ours to tidy: removes what runs that died left on it. */
export async function tidyOwnSandbox(
  world: World,
  settings: Settings,
  { target, env, state }: OwnSandbox,
  say: (line: string) => void,
): Promise<void> {
  const client = openPlatform({ url: target.url, address: target, signal: world.signal });
  const { LOADSTONE_LOGIN: login = "", LOADSTONE_PASSWORD: password = "" } = env;
  try {
    const { left } = await cleanTarget({
      manifestDir: manifestDirectory(settings),
      log: say,
      signal: world.signal,
      openSession: () => client.login(login, password),
      only: (_url, sandbox) => sandbox === state,
    });
    const [first] = left;
    if (first === undefined) return;
    say(`${left.length} things of earlier runs stay on the sandbox: ${first.reason}`);
  } finally {
    await client.close();
  }
}
