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
  /** Position of the spread in `SPREADS`. */
  readonly spreadIndex: number;
  readonly backgroundPrior: number;
  /** Log-likelihood of a good and a bad window, by distance from c in grid steps. */
  readonly good: Float64Array;
  readonly bad: Float64Array;
}

/** Values of s. What is thought of them beforehand differs by depth (`DepthConstants.spreadPrior`). */
export const SPREADS = [0.01, 0.016, 0.025, 0.04, 0.063, 0.1, 0.16] as const;
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

function shapeOf(spreadIndex: number, background: number, backgroundPrior: number): Shape {
  const spread = SPREADS[spreadIndex] ?? 0;
  const good = new Float64Array(2 * REACH + 1);
  const bad = new Float64Array(2 * REACH + 1);
  for (let i = 0; i < good.length; i++) {
    const chance = (1 - background) * normalCdf(((i - REACH) * GRID_STEP) / spread);
    const held = Math.min(1 - LEAST_CHANCE, Math.max(LEAST_CHANCE, chance));
    good[i] = ln(held);
    bad[i] = ln(1 - held);
  }
  return { spread, background, spreadIndex, backgroundPrior, good, bad };
}

/** All pairs of spread and background failure the posterior weighs. */
export const SHAPES: readonly Shape[] = SPREADS.flatMap((_, spreadIndex) =>
  BACKGROUNDS.map(({ value, logPrior }) => shapeOf(spreadIndex, value, logPrior)),
);
