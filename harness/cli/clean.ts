import type { Settings } from "../config.ts";
import { ERRORS, EXIT, LoadstoneError } from "../errors.ts";
import { cleanTarget, type TargetLeftover } from "../platform/clean.ts";
import type { Kind } from "../platform/manifest-lines.ts";
import { openPlatform } from "../platform/rest.ts";
import type { PlatformSession } from "../platform/session.ts";
import { signIn } from "../platform/sign-in.ts";
import { checkTarget } from "../scenario/target-gate.ts";
import { isAdmin } from "../target/admin.ts";
import type { World } from "../world.ts";
import { Closers } from "./closers.ts";
import { manifestDirectory } from "./grade.ts";
import { loginOf, reviveSandbox } from "./own-sandbox.ts";

/** `loadstone clean`: removes what runs that died left on their targets. */
export async function clean(
  world: World,
  settings: Settings,
  flags: { readonly json?: boolean },
): Promise<number> {
  await using closers = new Closers();
  const refusals: LoadstoneError[] = [];
  const { removed, left } = await cleanTarget({
    manifestDir: manifestDirectory(settings),
    log: world.warn,
    signal: world.signal,
    openSession: (url, sandbox) =>
      openSession(world, settings, closers, url, sandbox).catch((error: unknown) => {
        if (error instanceof LoadstoneError && error.code !== "INTERRUPTED") refusals.push(error);
        throw error;
      }),
  });
  if (flags.json === true) world.out(`${JSON.stringify({ removed, left }, null, 2)}\n`);
  else world.out(`${removed} removed, ${left.length} left\n`);
  for (const line of leftLines(left)) world.warn(line);
  explain(world, refusals);
  if (world.signal.aborted) return EXIT.interrupted;
  const [first] = refusals;
  if (first !== undefined) return ERRORS[first.code].exit;
  return left.length === 0 ? EXIT.ok : ERRORS.CLEANUP_INCOMPLETE.exit;
}

/** Signs in at a target that passes the gate, or at our own sandbox, which is stood up for it. */
async function openSession(
  world: World,
  settings: Settings,
  closers: Closers,
  url: string,
  sandbox: string | undefined,
): Promise<PlatformSession> {
  if (sandbox !== undefined) {
    const { ready } = closers.use(await reviveSandbox(world, sandbox));
    const client = openPlatform({ url: ready.url, signal: world.signal });
    closers.use({ [Symbol.asyncDispose]: () => client.close() });
    return signIn(client, loginOf(ready));
  }
  const target = await checkTarget(url, {
    lookup: world.lookup,
    yes: settings.yes,
    isAdmin: (found) => isAdmin(found, world.env, world.signal),
  });
  const client = openPlatform({ url, address: target, signal: world.signal });
  closers.use({ [Symbol.asyncDispose]: () => client.close() });
  return signIn(client, world.env);
}

/** Each refusal with its code, then each hint once. */
function explain(world: World, refusals: readonly LoadstoneError[]): void {
  for (const { code, message } of refusals) world.warn(`${code}: ${message}`);
  for (const hint of new Set(refusals.map((error) => error.hint))) {
    if (hint !== undefined) world.warn(hint);
  }
}

const PLURALS: Readonly<Record<Kind, string>> = {
  user: "users",
  unit: "Units",
  repo: "repos",
  registry: "registries",
};
const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

/** What is left, counted by target, reason and kind; one name stands for all of them. */
export function leftLines(left: readonly TargetLeftover[]): string[] {
  const groups = new Map<string, { first: TargetLeftover; reason: string; count: number }>();
  for (const one of left) {
    const reason = one.reason.replace(UUID, "…");
    const key = [one.url, one.kind, reason].join(" ");
    const group = groups.get(key) ?? { first: one, reason, count: 0 };
    groups.set(key, group);
    group.count += 1;
  }
  return [...groups.values()].map(({ first: { url, kind, name }, reason, count }) =>
    count === 1
      ? `left on ${url}: ${kind} ${name} (${reason})`
      : `left on ${url}: ${count} ${PLURALS[kind]}, such as ${name} (${reason})`,
  );
}
