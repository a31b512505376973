import { LoadstoneError } from "../errors.ts";
import { type Clock, systemClock } from "../load/clock.ts";
import { isAlive } from "./liveness.ts";
import { listManifests, type Manifest, readManifest, reopenManifest } from "./manifest.ts";
import { type Leftover, removeRun } from "./removal.ts";
import type { PlatformSession } from "./session.ts";

export interface CleanOptions {
  readonly manifestDir: string;
  /** Signs in at the instance of a manifest; asked once for each URL. */
  readonly openSession: (url: string) => Promise<PlatformSession>;
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  /** Which targets to clean; all by default. */
  readonly only?: (url: string) => boolean;
}

/** A thing a dead run left on an instance and that could not be deleted now either. */
export interface TargetLeftover extends Leftover {
  readonly url: string;
  readonly runId: string;
}

export interface Cleaning {
  readonly removed: number;
  readonly left: readonly TargetLeftover[];
}

/**
 * Finishes what runs that died could not: deletes what their manifests name, then the manifests.
 * Runs that are still alive are left alone. Things that exist no longer, as on a sandbox made anew,
 * count as clean.
 */
export async function cleanTarget(options: CleanOptions): Promise<Cleaning> {
  const sessions = new Map<string, Promise<PlatformSession>>();
  const sessionAt = (url: string) => {
    const session = sessions.get(url) ?? options.openSession(url);
    sessions.set(url, session);
    return session;
  };
  let removed = 0;
  const left: TargetLeftover[] = [];
  for (const file of await listManifests(options.manifestDir)) {
    const result = await cleanFile(file, sessionAt, options);
    removed += result.removed;
    left.push(...result.left);
  }
  return { removed, left };
}

const NOTHING: Cleaning = { removed: 0, left: [] };

async function cleanFile(
  file: string,
  sessionAt: (url: string) => Promise<PlatformSession>,
  options: CleanOptions,
): Promise<Cleaning> {
  const { header, outstanding } = await readManifest(file);
  if (header === undefined) {
    options.log(`${file} names no run: a run is just starting, or another version wrote it`);
    return NOTHING;
  }
  if (isAlive(header) || options.only?.(header.url) === false) return NOTHING;
  const manifest = await reopenManifest(file, header, outstanding);
  try {
    return await cleanRun(manifest, sessionAt, options);
  } finally {
    await manifest.close(true);
  }
}

async function cleanRun(
  manifest: Manifest,
  sessionAt: (url: string) => Promise<PlatformSession>,
  { log, signal, clock = systemClock }: CleanOptions,
): Promise<Cleaning> {
  if (manifest.outstanding().length === 0) return NOTHING;
  const { url, runId } = manifest.header;
  const origin = { url, runId };
  try {
    const session = (await sessionAt(url)).under(signal);
    const { removed, left } = await removeRun({ session, manifest, log, clock });
    log(`Run ${runId} on ${url}: ${removed} removed, ${left.length} left`);
    return { removed, left: left.map((one) => ({ ...one, ...origin })) };
  } catch (error) {
    if (!(error instanceof LoadstoneError)) throw error;
    log(`Run ${runId} on ${url}: ${error.message}`);
    const reason = error.message;
    return {
      removed: 0,
      left: manifest.outstanding().map((entry) => ({ ...entry, ...origin, reason })),
    };
  }
}
