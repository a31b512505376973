import { access, rm } from "node:fs/promises";
import { LoadstoneError } from "../errors.ts";
import { type Clock, systemClock } from "../load/clock.ts";
import { isCode } from "./journal.ts";
import { isAlive } from "./liveness.ts";
import {
  type Entry,
  type Header,
  listManifests,
  type Manifest,
  readManifest,
  reopenManifest,
} from "./manifest.ts";
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
}

/**
 * Finishes what runs that died could not: deletes what their manifests name, then the manifests.
 * Runs that are still alive are left alone. Things that exist no longer, as on a sandbox made anew,
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
  let removed = 0;
  const left: TargetLeftover[] = [];
  for (const file of await listManifests(options.manifestDir)) {
    const result = await cleanFile(file, sessionAt, options);
    removed += result.removed;
    left.push(...result.left);
  }
  return { removed, left };
}

type SessionAt = (header: Header) => Promise<PlatformSession>;

const NOTHING: Cleaning = { removed: 0, left: [] };

async function cleanFile(
  file: string,
  sessionAt: SessionAt,
  options: CleanOptions,
): Promise<Cleaning> {
  const { header, outstanding } = await readManifest(file);
  if (header === undefined) {
    options.log(`${file} names no run: a run is just starting, or another version wrote it`);
    return NOTHING;
  }
  const { url, sandbox } = header;
  if (isAlive(header) || options.only?.(url, sandbox) === false) return NOTHING;
  if (sandbox !== undefined && (await isMissing(sandbox))) {
    options.log(`Run ${header.runId}: its sandbox is gone, and with it all that it created`);
    await rm(file, { force: true });
    return NOTHING;
  }
  const manifest = await reopenManifest(file, header, outstanding);
  try {
    return await cleanRun(manifest, sessionAt, options);
  } finally {
    await manifest.close(true);
  }
}

/** Not there at all; one that may only not be looked at is there. */
const isMissing = (path: string): Promise<boolean> =>
  access(path).then(
    () => false,
    (error: unknown) => isCode(error, "ENOENT"),
  );

async function cleanRun(
  manifest: Manifest,
  sessionAt: SessionAt,
  { log, signal, clock = systemClock }: CleanOptions,
): Promise<Cleaning> {
  if (manifest.outstanding().length === 0) return NOTHING;
  const { url, runId } = manifest.header;
  const leave = (entries: readonly Entry[], error: unknown): Cleaning => {
    if (!(error instanceof LoadstoneError)) throw error;
    const reason = error.message;
    return { removed: 0, left: entries.map((entry) => ({ ...entry, url, runId, reason })) };
  };
  let session: PlatformSession;
  try {
    session = (await sessionAt(manifest.header)).under(signal);
  } catch (error) {
    return leave(manifest.outstanding(), error);
  }
  try {
    const { removed, left } = await removeRun({ session, manifest, log, clock });
    log(`Run ${runId} on ${url}: ${removed} removed, ${left.length} left`);
    return { removed, left: left.map((one) => ({ ...one, url, runId })) };
  } catch (error) {
    return leave(manifest.outstanding(), error);
  }
}
