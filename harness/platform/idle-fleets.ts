import { LoadstoneError } from "../errors.ts";
import { isCode } from "./journal.ts";
import { isFree, listManifests, type Manifest, readManifest, takeManifest } from "./manifest.ts";
import type { Header, ManifestContent } from "./manifest-lines.ts";

/** What is on an instance and nobody works with: kept for a later run, or left by one that died. */
export interface IdleFleet {
  readonly file: string;
  readonly header: Header;
  /** Missing where a run died. */
  readonly keptAtMs: number | undefined;
  readonly units: number;
  /** Units and what they hang on. */
  readonly objects: number;
}

/** The idle fleets that manifests in the directory tell of, newest run first. */
export async function listIdleFleets(dir: string): Promise<IdleFleet[]> {
  const fleets: IdleFleet[] = [];
  for (const file of await listManifests(dir)) {
    const content = await readIfThere(file);
    const fleet = content === undefined ? undefined : idleFleet(file, content);
    if (fleet !== undefined) fleets.push(fleet);
  }
  return fleets.sort((a, b) => (a.header.runId < b.header.runId ? 1 : -1));
}

/** What a manifest tells of, unless somebody works with it or nothing is there. */
export function idleFleet(file: string, content: ManifestContent): IdleFleet | undefined {
  const { header, keptAtMs, outstanding } = content;
  if (header === undefined || outstanding.length === 0 || !isFree(content)) return undefined;
  const units = outstanding.filter(({ kind }) => kind === "unit").length;
  return { file, header, keptAtMs, units, objects: outstanding.length };
}

/** A clean-up elsewhere may have taken the file away since it was listed. */
export const readIfThere = (file: string): Promise<ManifestContent | undefined> =>
  readManifest(file).catch((error: unknown) => {
    if (isCode(error, "ENOENT")) return undefined;
    throw error;
  });

/** Where a fleet is: a sandbox of ours by its state, since its port is another each time. */
export interface Place {
  readonly url: string;
  readonly sandbox?: string | undefined;
}

export const isAt = ({ header }: Pick<IdleFleet, "header">, place: Place): boolean =>
  place.sandbox === undefined
    ? header.sandbox === undefined && header.url === place.url
    : header.sandbox === place.sandbox;

export interface Takeover {
  readonly place: Place;
  /** The run that made the fleet; `true` for the newest kept one, or else the newest that was left. */
  readonly wanted: string | true;
  readonly runId: string;
  /** Whether this run is to leave the fleet there again. */
  readonly keep: boolean;
}

/** Takes over the manifest of an earlier run; undefined when any would do and there is none. */
export async function takeFleet(dir: string, takeover: Takeover): Promise<Manifest | undefined> {
  const { place, wanted } = takeover;
  const there = (await listIdleFleets(dir)).filter((fleet) => isAt(fleet, place));
  const candidates =
    wanted === true
      ? [...there.filter(isKept), ...there.filter((fleet) => !isKept(fleet) && fleet.units > 0)]
      : there.filter(({ header }) => header.runId === wanted);
  for (const { file } of candidates) {
    const manifest = await takeManifest(file, takeover);
    if (manifest !== undefined) return manifest;
  }
  if (wanted === true) return undefined;
  throw nothingToReuse(wanted, place);
}

export const nothingToReuse = (runId: string, { url }: Place): LoadstoneError =>
  new LoadstoneError(
    "RUN_NOT_FOUND",
    `run ${runId} left no fleet on ${url} that is free to reuse`,
    { hint: "`loadstone clean --list` names those there are" },
  );

const isKept = ({ keptAtMs }: IdleFleet): boolean => keptAtMs !== undefined;
