import type { CostVector } from "../contracts/cost.ts";
import { type Costs, COSTS_SCHEMA, type HotUnit, type RepoCosts } from "../contracts/costs.ts";
import { colourOf, percentileOf } from "./colour.ts";
import { errorFactor, type RepoEvidence } from "./evidence.ts";
import { spreadOf } from "./spread.ts";
import { loadShare, REFERENCE_COST, referenceUnits } from "./vector.ts";

export interface MeteredUnitCost {
  readonly repo: string;
  readonly unit: string;
  readonly cost: { readonly mean: CostVector };
}

export interface CostsQuestion {
  readonly target: string | null;
  readonly days: number;
  readonly hours: number;
  readonly units: readonly MeteredUnitCost[];
  readonly repos: readonly { readonly repo: string; readonly evidence: RepoEvidence }[];
}

const HOT_UNITS = 5;

/** What the Units of each Repo eat, the dearest Repo first. */
export function costsOf({ target, days, hours, units, repos }: CostsQuestion): Costs {
  const shares = units.map(({ cost }) => shareOf(cost.mean));
  const all = shares.reduce((sum, share) => sum + share, 0);
  const rows = repos.map(({ repo, evidence }) => {
    const mine = units.filter((unit) => unit.repo === repo);
    return repoCosts(repo, evidence, mine, { shares, all });
  });
  return {
    schema: COSTS_SCHEMA,
    target,
    days,
    hours,
    units: units.length,
    repos: rows.sort(
      (a, b) => (b.partOfAll ?? -1) - (a.partOfAll ?? -1) || b.referenceUnits - a.referenceUnits,
    ),
    hot: hottest(units, shares),
  };
}

interface Neighbours {
  readonly shares: readonly number[];
  readonly all: number;
}

/** Load without a grading to weigh it by: in the proportions of the reference Unit. */
const shareOf = (mean: CostVector): number => loadShare({ ...mean, link: 0 }, REFERENCE_COST);

function colourAmong(mean: CostVector, shares: readonly number[]) {
  const active = shares.filter((share) => share > 0);
  return colourOf({
    percentile: percentileOf(shareOf(mean), active),
    referenceUnits: referenceUnits(mean).units,
    population: active.length,
  });
}

function repoCosts(
  repo: string,
  evidence: RepoEvidence,
  mine: readonly MeteredUnitCost[],
  { shares, all }: Neighbours,
): RepoCosts {
  const { cost, basis } = evidence;
  const { axis, units } = referenceUnits(cost.mean);
  const loads = mine.map((unit) => unit.cost.mean[axis]);
  const { mean, p50, p80, p95 } = spreadOf(loads);
  const taken = mine.reduce((sum, unit) => sum + shareOf(unit.cost.mean), 0);
  return {
    repo,
    basis,
    units: mine.length,
    cost,
    dominant: axis,
    spread: basis === "metered" ? { mean, p50, p80, p95 } : null,
    errorFactor: errorFactor(evidence),
    referenceUnits: units,
    partOfAll: mine.length === 0 || all === 0 ? null : Math.min(1, taken / all),
    colour: colourAmong(cost.mean, shares),
    storedBytesPerDay: cost.storedBytesPerSec * 86_400 * Math.max(1, mine.length),
    warnings: evidence.warnings,
  };
}

function hottest(units: readonly MeteredUnitCost[], shares: readonly number[]): HotUnit[] {
  return units
    .map(({ unit, repo, cost }): HotUnit => {
      const { axis, units: counted } = referenceUnits(cost.mean);
      const colour = colourAmong(cost.mean, shares);
      return { unit, repo, referenceUnits: counted, dominant: axis, colour };
    })
    .sort((a, b) => b.referenceUnits - a.referenceUnits || (a.unit < b.unit ? -1 : 1))
    .slice(0, HOT_UNITS);
}
