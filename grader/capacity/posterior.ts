import { exp } from "./arithmetic.ts";
import { REACH, SHAPES, type Shape } from "./likelihood.ts";
import { GRID_STEP, loadAt } from "./log-grid.ts";

/** One quantity's marginal distribution, as loads. */
export interface Marginal {
  readonly mean: number;
  readonly median: number;
  /** Two-sided 95 % interval. */
  readonly low: number;
  readonly high: number;
  /** One-sided 95 % lower bound. */
  readonly lowerBound: number;
}

export interface Summary {
  /** Load at which half of the windows that could pass do. */
  readonly c50: Marginal;
  /** Load at which nine in ten do: the capacity. */
  readonly c90: Marginal;
  readonly spread: number;
  readonly background: number;
}

/** Posterior of (ln c, s, δ) on a grid. Fixed order of operations: replays give the same bytes. */
export interface Posterior {
  observe(index: number, good: boolean, weight: number): void;
  summarise(): Summary;
  /** Mass in the outer twentieth of the grid at either end. */
  edges(): { readonly low: number; readonly high: number };
}

// Φ⁻¹(0.9)
const Z90 = 1.2816;
// exp(−25) of the greatest weight is nothing.
const NEGLIGIBLE = -25;
const EDGE_SHARE = 0.05;

interface Row {
  readonly shape: Shape;
  readonly logWeight: Float64Array;
}

interface Weighed {
  readonly weights: readonly Float64Array[];
  readonly total: number;
}

/** Weights of all rows, scaled by the greatest so that none overflows. */
function weigh(rows: readonly Row[]): Weighed {
  let greatest = -Infinity;
  for (const { logWeight } of rows) for (const w of logWeight) if (w > greatest) greatest = w;
  let total = 0;
  const weights = rows.map(({ logWeight }) => {
    const row = new Float64Array(logWeight.length);
    // By index: iterating over entries would allocate a pair for each of thousands of cells.
    for (let i = 0; i < logWeight.length; i++) {
      const relative = (logWeight[i] ?? 0) - greatest;
      if (relative <= NEGLIGIBLE) continue;
      const weight = exp(relative);
      row[i] = weight;
      total += weight;
    }
    return row;
  });
  return { weights, total };
}

/** Position at which the cumulated mass reaches a share, linear inside a cell. */
function quantile(mass: Float64Array, total: number, share: number): number {
  let before = 0;
  for (const [i, cell] of mass.entries()) {
    const after = before + cell / total;
    if (after >= share) return i - 0.5 + (share - before) / Math.max(after - before, 1e-12);
    before = after;
  }
  return mass.length - 1;
}

/** Marginal of ln c − z·s: shifted by the spread, each cell's mass split between two neighbours. */
function marginal(
  rows: readonly Row[],
  weights: readonly Float64Array[],
  total: number,
  firstIndex: number,
  z: number,
): Marginal {
  const widest = Math.max(...rows.map(({ shape }) => shape.spread));
  const room = Math.ceil((z * widest) / GRID_STEP) + 1;
  const cells = (weights[0]?.length ?? 0) + room + 1;
  const mass = new Float64Array(cells);
  let moment = 0;
  for (const [k, { shape }] of rows.entries()) {
    const shift = (-z * shape.spread) / GRID_STEP;
    const whole = Math.floor(shift);
    const part = shift - whole;
    const row = weights[k] ?? new Float64Array();
    for (let i = 0; i < row.length; i++) {
      const weight = row[i] ?? 0;
      if (weight === 0) continue;
      const cell = i + room + whole;
      mass[cell] = (mass[cell] ?? 0) + weight * (1 - part);
      mass[cell + 1] = (mass[cell + 1] ?? 0) + weight * part;
    }
  }
  for (const [i, cell] of mass.entries()) moment += cell * i;
  const origin = firstIndex - room;
  const at = (share: number): number => loadAt(origin + quantile(mass, total, share));
  return {
    mean: loadAt(origin + moment / total),
    median: at(0.5),
    low: at(0.025),
    high: at(0.975),
    lowerBound: at(0.05),
  };
}

/**
 * A posterior that knows nothing yet but that c lies between two grid points. The prior of the
 * spread is a log weight for each of `SPREADS`.
 */
export function createPosterior(
  firstIndex: number,
  lastIndex: number,
  spreadPrior: readonly number[],
): Posterior {
  const cells = lastIndex - firstIndex + 1;
  const rows: readonly Row[] = SHAPES.map((shape) => ({
    shape,
    logWeight: new Float64Array(cells).fill(
      (spreadPrior[shape.spreadIndex] ?? 0) + shape.backgroundPrior,
    ),
  }));
  let known: Weighed | undefined;
  const weighed = (): Weighed => (known ??= weigh(rows));
  return {
    observe(index, good, weight) {
      known = undefined;
      for (const { shape, logWeight } of rows) {
        const likelihood = good ? shape.good : shape.bad;
        for (let i = 0; i < cells; i++) {
          const distance = Math.min(REACH, Math.max(-REACH, firstIndex + i - index));
          logWeight[i] = (logWeight[i] ?? 0) + weight * (likelihood[distance + REACH] ?? 0);
        }
      }
    },
    summarise() {
      const { weights, total } = weighed();
      let spread = 0;
      let background = 0;
      for (const [k, { shape }] of rows.entries()) {
        let mass = 0;
        for (const weight of weights[k] ?? []) mass += weight;
        spread += mass * shape.spread;
        background += mass * shape.background;
      }
      return {
        c50: marginal(rows, weights, total, firstIndex, 0),
        c90: marginal(rows, weights, total, firstIndex, Z90),
        spread: spread / total,
        background: background / total,
      };
    },
    edges() {
      const { weights, total } = weighed();
      const outer = Math.max(1, Math.floor(cells * EDGE_SHARE));
      let low = 0;
      let high = 0;
      for (const row of weights) {
        for (const weight of row.subarray(0, outer)) low += weight;
        for (const weight of row.subarray(cells - outer)) high += weight;
      }
      return { low: low / total, high: high / total };
    },
  };
}
