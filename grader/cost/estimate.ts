import { AXES, AXIS_IDS, type AxisId } from "../contracts/axis.ts";
import type { Colour, CostVector } from "../contracts/cost.ts";
import {
  type Estimate,
  ESTIMATE_SCHEMA,
  type EstimatedAxis,
  type EstimatedRepo,
  type EstimateTarget,
  type More,
} from "../contracts/estimate.ts";
import type { PriceForm } from "../contracts/price.ts";
import { colourOf, percentileOf } from "./colour.ts";
import { errorFactor, type RepoEvidence } from "./evidence.ts";
import { largestCount, likelyFill, MOST_UNITS, safeFill } from "./fits.ts";
import { billPerHour } from "./price.ts";
import { demandBound, risesFrom } from "./repo.ts";
import { type Room, unknownAxes } from "./room.ts";
import {
  dominantOf,
  loadShare,
  NO_COST,
  plus,
  REFERENCE_COST,
  referenceUnits,
  sharesOf,
  times,
  vectorOf,
} from "./vector.ts";

export interface RepoAsk {
  readonly repo: string;
  readonly units: number;
  readonly evidence: RepoEvidence;
}

export interface EstimateQuestion {
  readonly asks: readonly RepoAsk[];
  /** What was graded; without it the answer is in reference Units. */
  readonly graded: { readonly target: EstimateTarget; readonly room: Room } | undefined;
  readonly price: PriceForm | undefined;
  /** Mean loads of the Units that are there, for colours. */
  readonly neighbours: readonly CostVector[];
}

/** Full, to the last bit of a division: the load of the joint run itself must fit. */
const FULL = 1 + 1e-9;

/** What Units would eat, of what there is. */
export function estimate(question: EstimateQuestion): Estimate {
  const { asks, graded } = question;
  const total = sumOf(asks.map(meanOf));
  const high = sumOf(asks.map((ask) => boundOf(ask, ask.units)));
  const used = graded?.room.used ?? NO_COST;
  const rated = graded?.room.rated ?? REFERENCE_COST;
  const room = graded?.room;
  const repos = asks.map((ask) => repoOf(ask, question));
  return {
    schema: ESTIMATE_SCHEMA,
    target: graded?.target ?? null,
    axes: AXIS_IDS.map((axis) => axisOf(axis, total, high, room)),
    firstToFill: dominantOf(sharesOf(plus(used, total), rated))?.axis ?? "link",
    referenceUnits: referenceUnits(total).units,
    ...fillOf(room, total, high),
    repos,
    price: priceOf(question, repos, total),
    total,
    warnings: room === undefined ? [] : roomWarnings(room, graded?.target),
  };
}

const meanOf = ({ evidence, units }: RepoAsk): CostVector => times(units, evidence.cost.mean);

const boundOf = ({ evidence }: RepoAsk, units: number): CostVector =>
  vectorOf((axis) => demandBound(evidence.means[axis], units));

const sumOf = (costs: readonly CostVector[]): CostVector => costs.reduce(plus, NO_COST);

function axisOf(
  axis: AxisId,
  total: CostVector,
  high: CostVector,
  room: Room | undefined,
): EstimatedAxis {
  const rated = room?.rated[axis] ?? null;
  const used = room?.used[axis] ?? 0;
  const load = used + total[axis];
  return {
    axis,
    asked: total[axis],
    askedHigh: Math.max(total[axis], high[axis]),
    used,
    rated,
    share: rated === null || (rated === 0 && load > 0) ? null : load === 0 ? 0 : load / rated,
  };
}

function fillOf(room: Room | undefined, total: CostVector, high: CostVector) {
  if (room === undefined) return { fill: null, fits: null };
  const safe = safelyFilled(room, high);
  const likely = likelyFilled(room, total);
  const fits =
    safe <= FULL ? ("yes" as const) : likely <= FULL ? ("likely" as const) : ("no" as const);
  return { fill: { safe: finite(safe), likely: finite(likely) }, fits };
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

const safelyFilled = (room: Room, demand: CostVector): number =>
  safeFill(sharesOf(plus(room.used, demand), room.rated), room.joint);

const likelyFilled = (room: Room, demand: CostVector): number =>
  likelyFill(sharesOf(plus(room.used, demand), room.rated), room.joint);

function repoOf(ask: RepoAsk, question: EstimateQuestion): EstimatedRepo {
  const { evidence, repo, units } = ask;
  const { room } = question.graded ?? {};
  const { mean } = evidence.cost;
  const counted = referenceUnits(mean);
  return {
    repo,
    units,
    basis: evidence.basis,
    from: evidence.from,
    unitsSeen: evidence.unitsSeen,
    hoursSeen: evidence.hoursSeen,
    cost: evidence.cost,
    errorFactor: errorFactor(evidence),
    tail: evidence.tail,
    referenceUnits: counted.units,
    dominant: counted.axis,
    loadShare: room === undefined ? null : finite(loadShare(mean, room.rated)),
    colour: colourIn(mean, question),
    more: room === undefined ? null : moreOf(ask, question.asks, room),
    assumed: evidence.assumed,
    warnings: evidence.warnings,
  };
}

function colourIn(mean: CostVector, { neighbours, graded }: EstimateQuestion): Colour {
  const rated = graded?.room.rated ?? REFERENCE_COST;
  const loads = neighbours.map((cost) => loadShare(cost, rated)).filter((load) => load > 0);
  return colourOf({
    percentile: percentileOf(loadShare(mean, rated), loads),
    referenceUnits: referenceUnits(mean).units,
    population: loads.length,
  });
}

/** More Units of one Repo, once all that were asked for are there. */
function moreOf(ask: RepoAsk, asks: readonly RepoAsk[], room: Room): More {
  const others = asks.filter((other) => other !== ask);
  const besideHigh = sumOf(others.map((other) => boundOf(other, other.units)));
  const beside = sumOf(others.map(meanOf));
  const rising = Math.max(...AXIS_IDS.map((axis) => risesFrom(ask.evidence.means[axis])));
  const safe = largestCount(
    (count) => safelyFilled(room, plus(besideHigh, boundOf(ask, ask.units + count))) <= FULL,
    rising,
  );
  const likely = largestCount(
    (count) =>
      likelyFilled(room, plus(beside, times(ask.units + count, ask.evidence.cost.mean))) <= FULL,
    1,
  );
  const then = plus(room.used, plus(beside, times(ask.units + likely, ask.evidence.cost.mean)));
  return {
    safe: Math.min(safe, likely),
    likely,
    atLeast: likely >= MOST_UNITS,
    limitedBy: dominantOf(sharesOf(then, room.rated))?.axis ?? null,
  };
}

function priceOf(
  { price, graded, asks }: EstimateQuestion,
  repos: readonly EstimatedRepo[],
  total: CostVector,
): Estimate["price"] {
  if (price === undefined || graded === undefined) return null;
  const { rated, used } = graded.room;
  const colours = { green: 0, yellow: 0, red: 0 };
  for (const [i, { colour }] of repos.entries()) colours[colour] += asks[i]?.units ?? 0;
  const perHour = billPerHour(price, { rated, use: plus(used, total) }, total, colours);
  return { form: price.kind, currency: price.currency, perHour: finite(perHour) };
}

function roomWarnings(room: Room, target: EstimateTarget | undefined): string[] {
  const missing = unknownAxes(room).filter(
    (axis) => target?.kind !== "broker" || axis === "link" || axis === "relay",
  );
  const names = missing.map((axis) => AXES[axis].title).join(", ");
  return [
    ...(missing.length === 0
      ? []
      : [`${names} ${missing.length === 1 ? "was" : "were"} not measured: not judged here`]),
    ...(room.joint === undefined && Object.keys(room.rated).length > 1
      ? ["no run loaded all axes at once: safe adds their shares up, likely is a guess"]
      : []),
    ...(target?.useMetered === false
      ? ["use is not metered: the target is taken to be empty"]
      : []),
    ...(target?.depth === "glance"
      ? ["rests on a glance, which is off by a quarter at times"]
      : []),
  ];
}
