import { timestamp } from "#reports/render/format.ts";
import { type IdleFleet, isAt, listIdleFleets, type Place } from "../platform/idle-fleets.ts";

/** One line for each earlier run that has something on an instance: what, where, what to do. */
export function idleLines(fleets: readonly IdleFleet[]): string[] {
  return fleets.map(({ header: { runId, url }, keptAtMs, units, objects }) =>
    keptAtMs === undefined
      ? `run ${runId} left ${objects} objects on ${url}: \`loadstone clean\` removes them`
      : `run ${runId} keeps ${units} Units on ${url} since ${timestamp(keptAtMs)}: ` +
        `\`loadstone grade --instance ${url} --reuse ${runId}\` takes them over, ` +
        "`loadstone clean --kept` removes them",
  );
}

/** What earlier runs have on a place, or anywhere; none is said twice in one run. */
export async function idleNotice(manifestDir: string, place?: Place): Promise<string[]> {
  const fleets = await listIdleFleets(manifestDir);
  return idleLines(place === undefined ? fleets : fleets.filter((fleet) => isAt(fleet, place)));
}

/** A kept fleet as `clean --json` shows it. */
export const idleJson = ({ header: { runId, url }, keptAtMs, units, objects }: IdleFleet) => ({
  runId,
  url,
  units,
  objects,
  ...(keptAtMs === undefined ? {} : { keptAtMs }),
});
