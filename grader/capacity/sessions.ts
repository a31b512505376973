import { exp, ln } from "./arithmetic.ts";

/** One session's answer on an axis: C90 with its 95 % interval, and the load its soak held. */
export interface SessionCapacity {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly rated: number | null;
}

/** Several sessions as one answer. */
export interface CombinedCapacity extends SessionCapacity {
  readonly sessions: number;
  /** Standard deviation of ln C90 between sessions, as the interval takes it. */
  readonly betweenSd: number;
}

// Two sides of 95 % of a normal distribution, as each session's own interval is read.
const NORMAL_WIDTH = 3.92;
// A machine differs by a few percent between days even where two sessions happen to agree.
const LEAST_BETWEEN_SD = 0.04;
// Wider than 1.96, since the spread between sessions is itself known from few of them.
const FEW = { below: 5, factor: 2.2 } as const;
const MANY_FACTOR = 2.1;

/**
 * Random effects over sessions on ln C90 (DerSimonian and Laird 1986), with a floor for the spread
 * between them (grading method, 2.5). The rated load is the least one: every session held it.
 */
export function combineSessions(sessions: readonly SessionCapacity[]): CombinedCapacity {
  if (sessions.length < 2) throw new RangeError("one session has nothing to be combined with");
  const logs = sessions.map(({ value }) => ln(value));
  const within = sessions.map(({ low, high }) => (ln(high / low) / NORMAL_WIDTH) ** 2);
  const between = Math.max(LEAST_BETWEEN_SD ** 2, excessVariance(logs, within));
  const weights = within.map((variance) => 1 / (variance + between));
  const centre = weightedMean(logs, weights);
  const factor = sessions.length < FEW.below ? FEW.factor : MANY_FACTOR;
  const reach = factor * Math.sqrt(1 / sum(weights));
  return {
    value: exp(centre),
    low: exp(centre - reach),
    high: exp(centre + reach),
    rated: leastRated(sessions),
    sessions: sessions.length,
    betweenSd: Math.sqrt(between),
  };
}

/** Variance between sessions beyond what their own intervals explain; may be negative. */
function excessVariance(logs: readonly number[], within: readonly number[]): number {
  const weights = within.map((variance) => 1 / variance);
  const centre = weightedMean(logs, weights);
  const scatter = sum(logs.map((log, i) => (weights[i] ?? 0) * (log - centre) ** 2));
  const total = sum(weights);
  const room = total - sum(weights.map((weight) => weight ** 2)) / total;
  return (scatter - (logs.length - 1)) / room;
}

function leastRated(sessions: readonly SessionCapacity[]): number | null {
  let least = Infinity;
  for (const { rated } of sessions) {
    if (rated === null) return null;
    least = Math.min(least, rated);
  }
  return least;
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);

const weightedMean = (values: readonly number[], weights: readonly number[]): number =>
  sum(values.map((value, i) => value * (weights[i] ?? 0))) / sum(weights);
