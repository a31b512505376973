import { LoadstoneError } from "../errors.ts";
import { type Clock, pause, systemClock } from "../load/clock.ts";
import type { Manifest } from "./manifest.ts";
import type { Entry, Kind } from "./manifest-lines.ts";
import { isRunRepo, runNames } from "./names.ts";
import { inParallel } from "./parallel.ts";
import { isGone, Refusal } from "./refusal.ts";
import { allPages, type PlatformSession } from "./session.ts";
import { ownersOf, retireUnitUser, unitUsersOf } from "./unit-users.ts";

/** A thing of the run that is still on the instance, and why. */
export interface Leftover extends Entry {
  readonly reason: string;
}

export interface Removal {
  /** How many objects were deleted. */
  readonly removed: number;
  readonly left: readonly Leftover[];
  /** What waits in the manifest until no other run uses it any more. */
  readonly lent: readonly Entry[];
}

export interface RemovalOptions {
  readonly session: PlatformSession;
  readonly manifest: Manifest;
  readonly log: (line: string) => void;
  readonly concurrency?: number;
  readonly clock?: Clock;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Waits before the later passes, which find what was under way and an instance that recovers. */
const PASS_WAITS_MS = [0, 1000, 3000];
/** So many failed connections in a row, and the rest of the pass is not tried. */
const UNREACHABLE_LIMIT = 3;

/**
 * Deletes all that a run created: Units, then its repo, then its registry; users who own nothing
 * then are blocked. Goes on after an error
 * and says what is left. What the manifest knows is deleted by uuid, what it only meant to create
 * is looked for by name.
 */
export async function removeRun(options: RemovalOptions): Promise<Removal> {
  const { session, manifest, clock = systemClock, onProgress } = options;
  const { prefix } = runNames(manifest.header.runId);
  const ofRun = (items: Found) => items.filter(({ name }) => name.startsWith(prefix));
  const units = unitsOfRun(options, prefix);
  const findRepos = async () => (await session.repos.list({ search_string: prefix })).repos;

  const total = manifest.outstanding().length;
  let done = 0;
  let removed = 0;
  let left: readonly Leftover[] = [];
  let lent: readonly Entry[] = [];
  for (const waitMs of PASS_WAITS_MS) {
    if (manifest.outstanding().length === lent.length) break;
    if (waitMs > 0) await pause(clock, waitMs);
    const sweep = openSweep(options, (wasDeleted) => {
      if (wasDeleted) removed++;
      onProgress?.(++done, Math.max(done, total));
    });
    await sweep.clear("unit", async () => ofRun(await units.find()), units.delete);
    await sweep.clear("repo", async () => ofRun(await findRepos()), session.repos.delete);
    await sweep.clear("registry", () => ownRegistries(options), deleteRegistry(options));
    await sweep.clear(
      "user",
      async () =>
        (await unitUsersOf(session, manifest)).map(({ login, uuid }) => ({ name: login, uuid })),
      (uuid) => retireUnitUser(session, manifest, uuid),
    );
    ({ left, lent } = sweep);
    if (sweep.isInterrupted()) break;
  }
  return { removed, left, lent };
}

type Found = readonly { readonly name: string; readonly uuid: string }[];
/** What came of deleting a thing: it is nobody's business of ours any more, or another run's still. */
type Erase = (uuid: string) => Promise<"kept" | "lent" | void>;

/** The Units of a run, each deleted by who owns it. */
function unitsOfRun({ session, manifest, log }: RemovalOptions, prefix: string) {
  const owners = new Map<string, PlatformSession>();
  return {
    find: async () => {
      const byUser = await ownersOf(session, manifest, log);
      const query = { search_string: prefix };
      const units = await allPages(
        async (page) => (await session.units.list({ ...query, ...page })).units,
      );
      for (const { uuid, creator_uuid } of units) {
        const owner = byUser.get(creator_uuid ?? "");
        if (owner !== undefined) owners.set(uuid, owner);
      }
      return units;
    },
    delete: (uuid: string) => (owners.get(uuid) ?? session).units.delete(uuid),
  };
}

/** One pass over all that is outstanding. */
function openSweep(
  { manifest, concurrency = 8 }: RemovalOptions,
  onSettled: (wasDeleted: boolean) => void,
) {
  const left: Leftover[] = [];
  const lent: Entry[] = [];
  let failedInRow = 0;
  let givenUp: LoadstoneError | undefined;

  function leave(entries: readonly Entry[], error: unknown, isFinal: boolean): void {
    if (!(error instanceof LoadstoneError)) throw error;
    failedInRow = error.code === "TARGET_UNREACHABLE" ? failedInRow + 1 : 0;
    const isDown = failedInRow >= UNREACHABLE_LIMIT || (isFinal && failedInRow > 0);
    if (error.code === "INTERRUPTED" || isDown) givenUp ??= error;
    left.push(...entries.map((entry) => ({ ...entry, reason: error.message })));
  }

  async function clearOne(entry: Entry, erase: Erase): Promise<void> {
    let wasDeleted = false;
    try {
      if (givenUp !== undefined) throw givenUp;
      const came = entry.uuid === undefined ? "kept" : await erase(entry.uuid);
      if (came === "lent") {
        lent.push(entry);
        return;
      }
      wasDeleted = came !== "kept";
    } catch (error) {
      if (!isGone(error)) return leave([entry], error, false);
    }
    failedInRow = 0;
    // A line that cannot be written (a full disk) only costs the next clean-up a look.
    await manifest.removed(entry.kind, entry.name).catch(() => undefined);
    onSettled(wasDeleted);
  }

  return {
    left,
    lent,
    isInterrupted: () => givenUp?.code === "INTERRUPTED",
    clear: async (kind: Kind, search: () => Promise<Found>, erase: Erase): Promise<void> => {
      const known = manifest.outstanding().filter((entry) => entry.kind === kind);
      const entries = new Map(known.map((entry) => [entry.name, entry]));
      try {
        if (givenUp !== undefined) throw givenUp;
        for (const { name, uuid } of await search()) entries.set(name, { kind, name, uuid });
      } catch (error) {
        return leave(known, error, true);
      }
      await inParallel([...entries.values()], concurrency, (entry) => clearOne(entry, erase));
    },
  };
}

/** The registries the run meant to create and that its user owns. */
async function ownRegistries({ session, manifest }: RemovalOptions): Promise<Found> {
  const intents = manifest.outstanding().filter(({ kind, uuid }) => kind === "registry" && !uuid);
  const found = await inParallel(intents, 1, async ({ name }) => {
    const page = await session.registries.list({ search_string: name });
    return page.repositories_registry.filter(
      (one) => one.repository_url === name && one.creator_uuid === session.userUuid,
    );
  });
  return found.flat().map(({ repository_url, uuid }) => ({ name: repository_url, uuid }));
}

/** Deletes a registry unless somebody else has come to use it. */
function deleteRegistry({ session, manifest, log }: RemovalOptions): Erase {
  return async (uuid) => {
    if (manifest.outstanding().some(({ kind }) => kind === "repo")) {
      throw new LoadstoneError("CLEANUP_INCOMPLETE", "the run's repo still uses it");
    }
    try {
      return await session.registries.delete(uuid);
    } catch (error) {
      // The platform refuses while any repo uses it; ours is gone, so it is another's.
      if (!(error instanceof Refusal) || error.status !== 422 || isGone(error)) throw error;
      const { repos } = await session.repos.list({ repository_registry_uuid: uuid });
      // The last run of ours on it deletes it; what a person made on it stays for good.
      if (repos.length > 0 && repos.every(({ name }) => isRunRepo(name))) return "lent";
      log(`Kept the repository registry ${uuid}: ${error.detail}`);
      return "kept";
    }
  };
}
