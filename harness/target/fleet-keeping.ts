import { LoadstoneError } from "../errors.ts";
import type { Clock } from "../load/clock.ts";
import {
  isAt,
  listIdleFleets,
  nothingToReuse,
  type Place,
  takeFleet,
} from "../platform/idle-fleets.ts";
import { type Manifest, openManifest } from "../platform/manifest.ts";
import type { Fleet } from "../platform/provision.ts";
import type { Removal } from "../platform/removal.ts";
import type { CleanUp } from "./target.ts";

/** What becomes of the Units before and after a run. */
export interface FleetWish {
  /** Leave them on the instance for a later run. */
  readonly keep: boolean;
  /** Take over those of an earlier run, or of the newest that left any. */
  readonly reuse: string | true | undefined;
}

export const OWN_FLEET: FleetWish = { keep: false, reuse: undefined };

const FOR_ANY_OWNER: ReadonlySet<string> = new Set(["link", "relay", "api"]);

/** Refuses other owners for axes that read back what only a Unit's creator may read. */
export function checkOwners({
  axes,
}: {
  readonly axes: readonly { readonly axis: string }[];
}): void {
  const refused = axes.find(({ axis }) => !FOR_ANY_OWNER.has(axis));
  if (refused === undefined) return;
  throw new LoadstoneError(
    "CONFIG_INVALID",
    `--unit-users does not go with the axis ${refused.axis}: only their creator may read its Units back`,
    { hint: "leave --unit-users out, or choose of --axes link,relay,api" },
  );
}

/** Do the Units of a manifest belong to users made for them? */
export const isOfUsers = (manifest: Manifest): boolean =>
  manifest.outstanding().some(({ kind }) => kind === "user");

/** Refuses a run to reuse that left nothing, before anything is asked of the instance. */
export async function checkReuse(
  manifestDir: string,
  { reuse }: FleetWish,
  place: Place,
): Promise<void> {
  if (typeof reuse !== "string") return;
  const fleets = await listIdleFleets(manifestDir);
  if (fleets.some((fleet) => fleet.header.runId === reuse && isAt(fleet, place))) return;
  throw nothingToReuse(reuse, place);
}

/** A bare broker has no Units to keep. */
export function refuseFleet(wish: {
  readonly keep: boolean;
  readonly reuse?: string | true | undefined;
  readonly unitUsers: number;
}): void {
  if (!wish.keep && wish.reuse === undefined && wish.unitUsers === 0) return;
  throw new LoadstoneError(
    "CONFIG_INVALID",
    "--keep, --reuse and --unit-users are of an instance: a bare broker has no Units to keep",
    { hint: "leave them out" },
  );
}

export interface FleetRun {
  readonly manifestDir: string;
  readonly runId: string;
  readonly place: Place;
  readonly wish: FleetWish;
  readonly log: (line: string) => void;
}

/** The manifest of the fleet that the run takes over, or a new one. */
export async function openRunManifest(run: FleetRun): Promise<Manifest> {
  const { manifestDir, runId, place, wish, log } = run;
  const { keep, reuse: wanted } = wish;
  if (wanted !== undefined) {
    const taken = await takeFleet(manifestDir, { place, wanted, runId, keep });
    if (taken !== undefined) return taken;
    log(`No earlier fleet is left on ${place.url}: making one`);
  }
  return openManifest(manifestDir, { runId, ...place });
}

export interface FleetEnd {
  readonly manifest: Manifest;
  /** Missing where it could not be opened. */
  readonly fleet: Fleet | undefined;
  readonly run: Pick<FleetRun, "runId" | "wish">;
  readonly clock: Clock;
  readonly remove: (fleet: Fleet) => Promise<Removal>;
}

/** Keeps or removes the fleet as wished, and closes its manifest; says what is on the instance. */
export async function endFleet({
  manifest,
  fleet,
  run,
  clock,
  remove,
}: FleetEnd): Promise<CleanUp> {
  try {
    if (fleet === undefined) return await endUnopened(manifest, run, clock);
    if (!run.wish.keep) return await remove(fleet);
    const kept = { runId: manifest.header.runId, units: await fleet.keep() };
    return { removed: 0, left: [], kept };
  } finally {
    if (fleet === undefined || !run.wish.keep) await manifest.release().catch(() => undefined);
    await manifest.close(true);
  }
}

/** One that never opened removed its own half-made repo; an earlier run's stays as it was. */
async function endUnopened(manifest: Manifest, run: FleetEnd["run"], clock: Clock) {
  if (manifest.header.runId !== run.runId) {
    await manifest.keep(clock.wall());
    return { removed: 0, left: [] };
  }
  const left = manifest.outstanding();
  return {
    removed: 0,
    left: left.map(({ kind, name }) => ({ kind, name, reason: "not removed" })),
  };
}
