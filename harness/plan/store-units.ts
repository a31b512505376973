import type { ScenarioOf } from "../scenario/schema.ts";

/**
 * Units whose nodes take a load: as many as store at their usual rate, within what the scenario and
 * the run allow; beyond that each stores more often. Even, because they come in pairs.
 */
export function storeUnitsFor(
  load: number,
  { nodes }: Pick<ScenarioOf<"store">, "nodes">,
  maxUnits: number,
): number {
  const { perNodePerSec, least, most } = nodes;
  const wanted = Math.max(least, Math.ceil(load / perNodePerSec - 1e-9));
  const allowed = Math.min(most, maxUnits);
  return Math.min(2 * Math.ceil(wanted / 2), 2 * Math.max(1, Math.floor(allowed / 2)));
}
