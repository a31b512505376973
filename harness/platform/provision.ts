import { type Clock, systemClock } from "../load/clock.ts";
import type { Unit } from "./answers.ts";
import { earlierUnits } from "./earlier-units.ts";
import {
  type Broker,
  createUnits,
  type FleetUnit,
  type Growth,
  linkPairs,
  readUnits,
  wireUnits,
} from "./fleet-units.ts";
import type { Manifest } from "./manifest.ts";
import { runNames } from "./names.ts";
import { type Removal, removeRun } from "./removal.ts";
import { openRepository } from "./repository.ts";
import type { PlatformSession, Visibility } from "./session.ts";
import { openUnitUsers } from "./unit-users.ts";

export interface FleetOptions {
  readonly session: PlatformSession;
  /** Opened by the caller, who closes it after the fleet is removed. */
  readonly manifest: Manifest;
  readonly repositoryUrl: string;
  readonly log: (line: string) => void;
  /** Requests under way at once; nginx allows 20 connections. */
  readonly concurrency?: number;
  readonly visibility?: Visibility;
  /** Users to spread the Units over, where who signed in is an Admin; 0, the default, for none. */
  readonly unitUsers?: number;
  /** Ends growing between two requests; never keeps `remove` from its work. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

/** How far a growth has come: three stages, each over all new Units. */
export interface GrowthProgress {
  readonly stage: "create" | "link" | "read";
  readonly done: number;
  readonly total: number;
}

/** The Units a run plays, all of one repo, linked in pairs. */
export interface Fleet {
  readonly units: readonly FleetUnit[];
  /** Where the Units connect; known once there are Units. */
  readonly broker: Broker | undefined;
  /** Adds Units; one more than asked for where that keeps the pairs whole. */
  grow(count: number, onProgress?: (progress: GrowthProgress) => void): Promise<void>;
  /** Leaves everything to a later run, and says how many Units that is. */
  keep(): Promise<number>;
  /** Deletes all the fleet created. Never throws for what the platform refuses: see `left`. */
  remove(
    onProgress?: (done: number, total: number) => void,
    signal?: AbortSignal,
  ): Promise<Removal>;
}

const NO_UNITS: ReadonlyMap<string, Unit> = new Map();

/**
 * Makes the repo ready and gives a fleet without Units. What a failure left half done is removed.
 * Where the manifest is an earlier run's its things are used again, each after a look at it, and
 * what is missing is made anew.
 */
export async function openFleet(options: FleetOptions): Promise<Fleet> {
  const { manifest, log, concurrency = 8, visibility = "Internal", unitUsers = 0 } = options;
  const { clock = systemClock, repositoryUrl, signal } = options;
  const names = runNames(manifest.header.runId);
  const stop = new AbortController();
  const session = options.session.under(
    signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]),
  );
  const cleanUp = (onProgress?: (done: number, total: number) => void, until?: AbortSignal) =>
    removeRun({ session: session.under(until), manifest, log, concurrency, clock, onProgress });

  const repository = { session, manifest, repositoryUrl, visibility, clock, signal, log };
  const isNew = manifest.outstanding().length === 0;
  const openBoth = async () => ({
    owners: await openUnitUsers({ session, manifest, count: unitUsers, clock, signal, log }),
    repo: await openRepository({ ...repository, repoName: names.repo }),
  });
  const { owners, repo } = await openBoth().catch(async (error: unknown) => {
    if (isNew) await cleanUp();
    throw error;
  });
  const repoUuid = repo.uuid;
  const known = isNew ? NO_UNITS : await earlierUnits({ session, manifest, names, repoUuid, log });
  const growth = {
    session,
    owners,
    manifest,
    names,
    repoUuid,
    known,
    visibility,
    concurrency,
    clock,
    signal,
    log,
  };
  const units: FleetUnit[] = [];
  let broker: Broker | undefined;
  let growing = Promise.resolve();

  return {
    units,
    get broker() {
      return broker;
    },
    grow: (count, onProgress) => {
      // One growth after another; a failed one can be tried again.
      growing = growing
        .catch(() => undefined)
        .then(async () => {
          if (count <= 0) return;
          const grown = await growBy(growth, units.length, count + (count % 2), onProgress);
          units.push(...grown.map(({ unit }) => unit));
          broker ??= grown[0]?.broker;
        });
      return growing;
    },
    keep: async () => {
      stop.abort();
      await growing.catch(() => undefined);
      await manifest.keep(clock.wall());
      return manifest.outstanding().filter(({ kind }) => kind === "unit").length;
    },
    remove: async (onProgress, until) => {
      stop.abort();
      await growing.catch(() => undefined);
      units.length = 0;
      return cleanUp(onProgress, until);
    },
  };
}

async function growBy(
  growth: Growth,
  first: number,
  total: number,
  onProgress: ((progress: GrowthProgress) => void) | undefined,
) {
  const counter = (stage: GrowthProgress["stage"]) => {
    let done = 0;
    return () => onProgress?.({ stage, done: ++done, total });
  };
  const indexes = Array.from({ length: total }, (_, at) => first + at);
  const created = await createUnits(growth, indexes, counter("create"));
  const wired = await wireUnits(growth, created, first);
  await linkPairs(growth, wired, counter("link"));
  return readUnits(growth, wired, counter("read"));
}
