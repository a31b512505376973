/** What the Units of a Repo ask on one axis, from the mean loads of those seen. */

/** What is known before any Unit is seen: how the platform's Units are spread around a mean. */
export interface Prior {
  readonly mean: number;
  /** Standard deviation of the logarithm. */
  readonly sigma: number;
}

/** Spread of unlike Units of a platform, and of like Units around what their author declares. */
export const PLATFORM_SIGMA = 1;
export const DECLARED_SIGMA = 0.5;

/** One-sided 95 %. */
const Z = 1.645;
const PRIOR_MEAN_UNITS = 2;
const PRIOR_SPREAD_UNITS = 6;

/** The mean load of a Repo's Units as a log-normal with its error. */
export interface RepoMean {
  readonly mean: number;
  /** Squared standard error of the mean's logarithm. */
  readonly se2: number;
  /** Variance of one Unit ÷ square of the mean. */
  readonly unitSpread: number;
}

const NOTHING: RepoMean = { mean: 0, se2: 0, unitSpread: 0 };

/**
 * Cox' log-normal mean, shrunk to the prior as if two Units of its mean and six of its spread had
 * been seen (grading.md §5.2). Units without any load are a share apart, which errs to the active.
 */
export function repoMean(loads: readonly number[], prior: Prior): RepoMean {
  const logs = loads.filter((load) => load > 0).map(Math.log);
  // Units that were seen to ask for nothing are not made to ask by what others do.
  if (logs.length === 0 && (loads.length > 0 || prior.mean === 0)) return NOTHING;
  const n = logs.length;
  const priorLog = n > 0 && prior.mean === 0 ? average(logs) : logOfMean(prior);
  const centre = (sum(logs) + PRIOR_MEAN_UNITS * priorLog) / (n + PRIOR_MEAN_UNITS);
  const degrees = Math.max(0, n - 1);
  const spread =
    (degrees * variance(logs) + PRIOR_SPREAD_UNITS * prior.sigma ** 2) /
    (degrees + PRIOR_SPREAD_UNITS);
  const active = activeRatio(n, loads.length);
  const idleError = active === 1 ? 0 : (1 - active) / (active * loads.length);
  return {
    mean: active * Math.exp(centre + spread / 2),
    se2:
      spread / (n + PRIOR_MEAN_UNITS) +
      spread ** 2 / (2 * (degrees + PRIOR_SPREAD_UNITS)) +
      idleError,
    // Beyond a variance of 4 the bound would say nothing but "none".
    unitSpread: Math.exp(Math.min(spread, 4)) / active - 1,
  };
}

/** A load so many Units stay below with 95 %. */
export const demandBound = ({ mean, se2, unitSpread }: RepoMean, count: number): number =>
  count === 0 ? 0 : count * mean * Math.exp(Z * Math.sqrt(se2 + unitSpread / count));

/** Both ends of the mean's 90 % band. */
export const meanBand = ({ mean, se2 }: RepoMean): { low: number; high: number } => ({
  low: mean * Math.exp(-Z * Math.sqrt(se2)),
  high: mean * Math.exp(Z * Math.sqrt(se2)),
});

/** From so many on `demandBound` rises with the count: few Units are relatively less certain. */
export const risesFrom = ({ unitSpread }: RepoMean): number =>
  Math.max(1, Math.ceil((Z / 2) ** 2 * unitSpread));

/** Agresti and Coull's share of active Units where that is larger; one when all are. */
function activeRatio(active: number, all: number): number {
  if (active === all) return 1;
  return Math.max(active / all, (active + 2) / (all + 4));
}

const logOfMean = ({ mean, sigma }: Prior): number => Math.log(mean) - sigma ** 2 / 2;

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
const average = (values: readonly number[]): number => sum(values) / values.length;

function variance(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = average(values);
  return sum(values.map((value) => (value - mean) ** 2)) / (values.length - 1);
}
