import { setMaxListeners } from "node:events";
import { openEmqx, readEmqxAccess } from "../platform/emqx.ts";
import { openAgent } from "../platform/http.ts";
import { openManifest } from "../platform/manifest.ts";
import { runNames } from "../platform/names.ts";
import { openFleet } from "../platform/provision.ts";
import type { Removal } from "../platform/removal.ts";
import { openPlatform } from "../platform/rest.ts";
import { signIn } from "../platform/sign-in.ts";
import type { Target } from "../scenario/target-gate.ts";
import { brokerOfFleet } from "../target/fleet-broker.ts";
import type { World } from "../world.ts";
import { Bench } from "./bench.ts";

export interface BenchOptions {
  readonly world: Pick<World, "clock" | "env" | "lookup" | "signal" | "hurry">;
  readonly target: Target;
  readonly runId: string;
  readonly manifestDir: string;
  readonly repositoryUrl: string;
  /** A repository without a tag, for the rule about them. */
  readonly untagged: string | undefined;
  readonly log: (line: string) => void;
  /** An even number of them; without it the six of the conformance suite. */
  readonly units?: number;
}

export interface OpenBench {
  readonly bench: Bench;
  /** Removes all that was created; says what is left. */
  readonly close: () => Promise<Removal | undefined>;
}

const UNITS = 6;

/** Signs in and creates the fleet; what a failure left half done is removed. */
export async function openBench(options: BenchOptions): Promise<OpenBench> {
  const closers: Closers = [];
  let removal: Removal | undefined;
  const close = async () => {
    for (const each of closers.splice(0).toReversed()) await each();
    return removal;
  };
  const remove = async (removing: Promise<Removal>) => {
    removal = await removing;
  };
  try {
    return { bench: await build(options, closers, remove), close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Closers = (() => Promise<void>)[];

async function build(
  { world, target, runId, log, manifestDir, repositoryUrl, untagged, units = UNITS }: BenchOptions,
  closers: Closers,
  remove: (removing: Promise<Removal>) => Promise<void>,
): Promise<Bench> {
  const { clock, env, signal, hurry } = world;
  // Every connection that is being opened listens to it.
  setMaxListeners(0, signal);
  const client = openPlatform({ url: target.url, address: target, signal, clock, log });
  closers.push(() => client.close());
  const root = await client.root();
  const user = await signIn(client, env);
  const access = readEmqxAccess(env);
  const emqx = access === undefined ? undefined : openEmqx({ access, signal, clock });
  closers.push(async () => emqx?.close());
  const agent = openAgent(target);
  closers.push(() => agent.close());
  const manifest = await openManifest(manifestDir, { runId, url: target.url });
  closers.push(() => manifest.close(true));
  const fleet = await openFleet({ session: user, manifest, repositoryUrl, log, signal, clock });
  closers.push(() => remove(fleet.remove(undefined, hurry)));
  log(`Creating ${units} Units on ${target.url}`);
  await fleet.grow(units);
  const { LOADSTONE_LOGIN: name = "", LOADSTONE_PASSWORD: password = "" } = env;
  const bench = new Bench({
    origin: new URL(target.url).origin,
    login: { name, password },
    units: [...fleet.units],
    prefix: runNames(runId).prefix,
    broker: await brokerOfFleet(target, fleet.broker, world.lookup),
    agent,
    root,
    client,
    user,
    manifest,
    emqx,
    untagged,
    clock,
    signal,
  });
  closers.push(() => bench.close());
  return bench;
}
