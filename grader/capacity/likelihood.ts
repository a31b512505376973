import { ln, normalCdf } from "./arithmetic.ts";
import { GRID_STEP } from "./log-grid.ts";

/**
 * How a window fails: P(good at load λ) = (1 − δ) · Φ((ln c − ln λ) / s).
 * c is the load at which half of the windows pass, s how gradual that is, and δ the share that
 * fails at any load (pauses of the target). Priors are log weights.
 */
export interface Shape {
  readonly spread: number;
  readonly background: number;
  readonly logPrior: number;
  /** Log-likelihood of a good and a bad window, by distance from c in grid steps. */
  readonly good: Float64Array;
  readonly bad: Float64Array;
}

const SPREADS = [
  { value: 0.01, logPrior: -0.3 },
  { value: 0.016, logPrior: 0 },
  { value: 0.025, logPrior: 0 },
  { value: 0.04, logPrior: 0 },
  { value: 0.063, logPrior: 0 },
  { value: 0.1, logPrior: -0.2 },
  { value: 0.16, logPrior: -0.6 },
];
const BACKGROUNDS = [
  { value: 0, logPrior: 0 },
  { value: 0.03, logPrior: -0.6 },
  { value: 0.08, logPrior: -1.2 },
  { value: 0.16, logPrior: -1.6 },
  { value: 0.28, logPrior: -2 },
];

/** Beyond this many grid steps from c (a factor of nine) the likelihood no longer changes. */
export const REACH = 220;
// No single window may rule anything out: the model is not that good.
const LEAST_CHANCE = 0.001;

function shapeOf(spread: number, background: number, logPrior: number): Shape {
  const good = new Float64Array(2 * REACH + 1);
  const bad = new Float64Array(2 * REACH + 1);
  for (let i = 0; i < good.length; i++) {
    const chance = (1 - background) * normalCdf(((i - REACH) * GRID_STEP) / spread);
    const held = Math.min(1 - LEAST_CHANCE, Math.max(LEAST_CHANCE, chance));
    good[i] = ln(held);
    bad[i] = ln(1 - held);
  }
  return { spread, background, logPrior, good, bad };
}

/** All pairs of spread and background failure the posterior weighs. */
export const SHAPES: readonly Shape[] = SPREADS.flatMap((spread) =>
  BACKGROUNDS.map((background) =>
    shapeOf(spread.value, background.value, spread.logPrior + background.logPrior),
  ),
);
