import { LoadstoneError } from "../errors.ts";
import type { Settings } from "../config.ts";
import {
  bareBroker,
  instanceTarget,
  type Listener,
  type ObservedTarget,
  unitOf,
} from "../observe/observed-target.ts";
import { openPlatform } from "../platform/rest.ts";
import { signIn } from "../platform/sign-in.ts";
import { checkTarget, type Target } from "../scenario/target-gate.ts";
import { isAdmin } from "../target/admin.ts";
import { readBrokerAccess } from "../target/broker-access.ts";
import type { World } from "../world.ts";

export interface ListenFlags {
  readonly unit?: string | undefined;
  readonly topic: readonly string[];
}

export interface Observed extends AsyncDisposable {
  readonly target: ObservedTarget;
}

/** Opens what `record` and `meter` listen to. */
export async function openObserved(
  world: World,
  settings: Settings,
  flags: ListenFlags,
): Promise<Observed> {
  const check = (url: string, yes = settings.yes) =>
    checkTarget(url, {
      lookup: world.lookup,
      yes,
      isAdmin: (found) => isAdmin(found, world.env, world.signal),
    });
  if (settings.instance !== undefined) return openInstance(world, settings, flags, check);
  if (settings.broker === undefined) {
    throw new LoadstoneError("CONFIG_INVALID", "nothing to listen to", {
      hint: "name an instance with --instance URL or a broker with --broker URL",
    });
  }
  const target = await check(settings.broker);
  const access = await readBrokerAccess(world.env);
  return {
    target: bareBroker(target, access, flags.topic),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

type Check = (url: string) => Promise<Target>;

async function openInstance(
  world: World,
  settings: Settings,
  flags: ListenFlags,
  check: Check,
): Promise<Observed> {
  const target = await check(settings.instance ?? "");
  const client = openPlatform({ url: target.url, address: target, signal: world.signal });
  try {
    const platform = await signIn(client, world.env);
    const listener = await listenerOf(world.env, settings, flags, check);
    const observed = await instanceTarget({ url: target.url, platform, listener, check });
    return { target: observed, [Symbol.asyncDispose]: () => client.close() };
  } catch (error) {
    await client.close();
    throw error;
  }
}

async function listenerOf(
  env: World["env"],
  { broker }: Settings,
  { unit }: ListenFlags,
  check: Check,
): Promise<Listener> {
  if (unit !== undefined) return { kind: "unit", uuid: unit };
  const { LOADSTONE_BACKEND_TOKEN: backend = "", LOADSTONE_UNIT_TOKEN: token = "" } = env;
  if (backend !== "") {
    if (broker !== undefined)
      return { kind: "backend", token: backend, broker: await check(broker) };
    throw new LoadstoneError(
      "CONFIG_INVALID",
      "the Backend's token does not say where it is used",
      {
        hint: "name the instance's broker with --broker mqtt://HOST:1883 beside --instance",
      },
    );
  }
  if (token !== "") return { kind: "unit", uuid: unitOf(token) };
  throw new LoadstoneError(
    "CREDENTIALS_MISSING",
    "an instance is listened to as one of its Units",
    {
      hint: "name a Unit of yours with --unit UUID, or set LOADSTONE_UNIT_TOKEN or LOADSTONE_BACKEND_TOKEN",
    },
  );
}

/** Fires at the end of the duration or with the outer signal, whichever is first. */
export function listenFor(
  durationMs: number | undefined,
  outer: AbortSignal,
): AsyncDisposable & { readonly signal: AbortSignal } {
  const ended = new AbortController();
  const timer =
    durationMs === undefined ? undefined : setTimeout(() => ended.abort(), durationMs).unref();
  return {
    signal: AbortSignal.any([outer, ended.signal]),
    [Symbol.asyncDispose]: () => {
      clearTimeout(timer);
      return Promise.resolve();
    },
  };
}
