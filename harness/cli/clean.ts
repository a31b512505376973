import type { Settings } from "../config.ts";
import { ERRORS, EXIT, LoadstoneError } from "../errors.ts";
import { cleanTarget, type TargetLeftover } from "../platform/clean.ts";
import { listIdleFleets } from "../platform/idle-fleets.ts";
import type { Kind } from "../platform/manifest-lines.ts";
import { openPlatform } from "../platform/rest.ts";
import type { PlatformSession } from "../platform/session.ts";
import { signIn } from "../platform/sign-in.ts";
import { checkTarget } from "../scenario/target-gate.ts";
import { isAdmin } from "../target/admin.ts";
import type { World } from "../world.ts";
import { Closers } from "./closers.ts";
import { manifestDirectory } from "./grade.ts";
import { idleJson, idleLines } from "./idle-notice.ts";
import { loginOf, reviveSandbox } from "./own-sandbox.ts";

export interface CleanFlags {
  readonly json?: boolean;
  /** Only says what there is. */
  readonly list?: boolean;
  /** Also what runs kept for later ones. */
  readonly kept?: boolean;
}

/** `loadstone clean`: removes what runs that died left on their targets. */
export async function clean(world: World, settings: Settings, flags: CleanFlags): Promise<number> {
  const manifestDir = manifestDirectory(settings);
  if (flags.list === true) return list(world, manifestDir, flags);
  await using closers = new Closers();
  const refusals: LoadstoneError[] = [];
  const { removed, left, kept } = await cleanTarget({
    manifestDir,
    log: world.warn,
    signal: world.signal,
    alsoKept: flags.kept === true,
    openSession: (url, sandbox) =>
      openSession(world, settings, closers, url, sandbox).catch((error: unknown) => {
        if (error instanceof LoadstoneError && error.code !== "INTERRUPTED") refusals.push(error);
        throw error;
      }),
  });
  if (flags.json === true) {
    const found = { removed, left, kept: kept.map(idleJson) };
    world.out(`${JSON.stringify(found, null, 2)}\n`);
  } else world.out(`${removed} removed, ${left.length} left\n`);
  for (const line of [...idleLines(kept), ...leftLines(left), ...ownerLines(left)])
    world.warn(line);
  explain(world, refusals);
  if (world.signal.aborted) return EXIT.interrupted;
  const [first] = refusals;
  if (first !== undefined) return ERRORS[first.code].exit;
  return left.length === 0 ? EXIT.ok : ERRORS.CLEANUP_INCOMPLETE.exit;
}

/** Says what earlier runs have on their targets; asks no target. */
async function list(world: World, manifestDir: string, flags: CleanFlags): Promise<number> {
  const fleets = await listIdleFleets(manifestDir);
  if (flags.json === true)
    world.out(`${JSON.stringify({ fleets: fleets.map(idleJson) }, null, 2)}\n`);
  else for (const line of idleLines(fleets)) world.out(`${line}\n`);
  if (fleets.length === 0) world.warn("no run left or keeps anything");
  return EXIT.ok;
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

/** Only who created a thing may delete it. */
export const ownerLines = (left: readonly TargetLeftover[]): string[] =>
  left.some(({ reason }) => reason.includes("HTTP 403"))
    ? ["Sign in as the user who created them: only the creator may delete."]
    : [];

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
