import { access, rm } from "node:fs/promises";
import { LoadstoneError } from "../errors.ts";
import { type Clock, systemClock } from "../load/clock.ts";
import { isCode } from "./journal.ts";
import { type IdleFleet, idleFleet, readIfThere } from "./idle-fleets.ts";
import { isFree, listManifests, type Manifest, takeManifest } from "./manifest.ts";
import type { Entry, Header } from "./manifest-lines.ts";
import { type Leftover, removeRun } from "./removal.ts";
import type { PlatformSession } from "./session.ts";

export interface CleanOptions {
  readonly manifestDir: string;
  /**
   * Signs in at the instance of a manifest, or at our own sandbox whose state is in the directory
   * named; asked once for each. What it throws is the reason why things are left there.
   */
  readonly openSession: (url: string, sandbox: string | undefined) => Promise<PlatformSession>;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  /** Also what runs kept for later ones; it stays otherwise. */
  readonly alsoKept?: boolean;
  /** Which targets to clean; all by default. */
  readonly only?: (url: string, sandbox: string | undefined) => boolean;
}

/** A thing a dead run left on an instance and that could not be deleted now either. */
export interface TargetLeftover extends Leftover {
  readonly url: string;
  readonly runId: string;
}

export interface Cleaning {
  readonly removed: number;
  readonly left: readonly TargetLeftover[];
  /** What earlier runs left for later ones, and was not to be removed. */
  readonly kept: readonly IdleFleet[];
}

/**
 * Finishes what runs that died could not: deletes what their manifests name, then the manifests.
 * Runs that are still alive are left alone, and what was kept unless it is asked for. Things that exist no longer, as on a sandbox made anew,
 * count as clean.
 */
export async function cleanTarget(options: CleanOptions): Promise<Cleaning> {
  const sessions = new Map<string, Promise<PlatformSession>>();
  const sessionAt = ({ url, sandbox }: Header) => {
    // A sandbox has another port each time; it is its state that is cleaned.
    const place = sandbox ?? url;
    const session = sessions.get(place) ?? options.openSession(url, sandbox);
    sessions.set(place, session);
    return session;
  };
  let found = NOTHING;
  const files = await listManifests(options.manifestDir);
  const lenders: string[] = [];
  for (const file of files) {
    const { lends, ...result } = await cleanFile(file, sessionAt, options);
    found = together(found, result);
    if (lends === true) lenders.push(file);
  }
  // What one run made and another used is free once the other is cleaned as well.
  for (const file of lenders) found = together(found, await cleanFile(file, sessionAt, options));
  const { removed, left, kept } = found;
  return { removed, left, kept };
}

const together = (one: Cleaning, other: Cleaning): Cleaning => ({
  removed: one.removed + other.removed,
  left: [...one.left, ...other.left],
  kept: [...one.kept, ...other.kept],
});

/** Of one run; `lends` when something waits for another run. */
type RunCleaning = Cleaning & { readonly lends?: boolean };

type SessionAt = (header: Header) => Promise<PlatformSession>;

const NOTHING: Cleaning = { removed: 0, left: [], kept: [] };

async function cleanFile(
  file: string,
  sessionAt: SessionAt,
  options: CleanOptions,
): Promise<RunCleaning> {
  const { log, only, alsoKept = false } = options;
  const content = await readIfThere(file);
  if (content === undefined) return NOTHING;
  const { header } = content;
  if (header === undefined) {
    log(`${file} names no run: a run is just starting, or another version wrote it`);
    return NOTHING;
  }
  const { url, sandbox, runId } = header;
  if (!isFree(content) || only?.(url, sandbox) === false) return NOTHING;
  if (sandbox !== undefined && (await isMissing(sandbox))) {
    log(`Run ${runId}: its sandbox is gone, and with it all that it created`);
    await rm(file, { force: true });
    return NOTHING;
  }
  const fleet = idleFleet(file, content);
  if (fleet?.keptAtMs !== undefined && !alsoKept) return { ...NOTHING, kept: [fleet] };
  return cleanRun(file, { header, outstanding: content.outstanding }, sessionAt, options);
}

/** Not there at all; one that may only not be looked at is there. */
const isMissing = (path: string): Promise<boolean> =>
  access(path).then(
    () => false,
    (error: unknown) => isCode(error, "ENOENT"),
  );

interface Found {
  readonly header: Header;
  readonly outstanding: readonly Entry[];
}

async function cleanRun(
  file: string,
  { header, outstanding }: Found,
  sessionAt: SessionAt,
  options: CleanOptions,
): Promise<RunCleaning> {
  const { url, runId } = header;
  try {
    // Signed in first: who cannot must not take the mark from what was kept.
    const session = outstanding.length === 0 ? undefined : await sessionAt(header);
    const manifest = await takeManifest(file, { runId, keep: false });
    if (manifest === undefined) return NOTHING;
    return await cleanTaken(manifest, session?.under(options.signal), options);
  } catch (error) {
    if (!(error instanceof LoadstoneError)) throw error;
    const reason = error.message;
    return { ...NOTHING, left: outstanding.map((entry) => ({ ...entry, url, runId, reason })) };
  }
}

async function cleanTaken(
  manifest: Manifest,
  session: PlatformSession | undefined,
  { log, clock = systemClock }: CleanOptions,
): Promise<RunCleaning> {
  const { url, runId } = manifest.header;
  try {
    if (session === undefined) return NOTHING;
    const { removed, left, lent } = await removeRun({ session, manifest, log, clock });
    log(`Run ${runId} on ${url}: ${removed} removed, ${left.length} left`);
    const lends = lent.length > 0;
    return { ...NOTHING, removed, left: left.map((one) => ({ ...one, url, runId })), lends };
  } finally {
    // Where the disk is full the end of this process lets go of it.
    await manifest.release().catch(() => undefined);
    await manifest.close(true);
  }
}
