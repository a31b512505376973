import {
  deviation,
  exponentialBelow,
  ksAgainst,
  mean,
  normalBelow,
  quantile,
  thinned,
} from "./distance.ts";
import type { Bursts, OwnArrivals, Periodic, Poisson } from "./model.ts";

/** What is known of one topic over all Units. */
export interface GapSample {
  /** Between messages of one Unit, sorted; none across a time nobody listened. */
  readonly gaps: readonly number[];
  /** Messages, and the time of all Units together in which they came. */
  readonly messages: number;
  readonly unitMs: number;
  /** Units (or stretches of one) that sent anything at all. */
  readonly stretches: number;
}

export interface GapFit {
  readonly when: Exclude<OwnArrivals, { kind: "trace" }>;
  /** Kolmogorov–Smirnov between the gaps and the model's. */
  readonly distance: number;
  /** The same, small enough for what so many messages can tell. */
  readonly isGood: boolean;
}

/** Fewer gaps tell nothing of how they are spread. */
export const LEAST_GAPS = 12;
const MOST_GAPS = 5000;
/** A clock with lost messages is still one while so many of the gaps are a period. */
const LEAST_CLOCK_SHARE = 0.9;
const MOST_CLOCK_JITTER = 0.5;
/** A clock whose jitter is no normal one is still told well by its mean. */
const NEGLIGIBLE_JITTER = 0.02;
/** How much better bursts must explain the gaps before they are believed (difference of BIC). */
const BURSTS_EVIDENCE = 20;

const goodBelow = (gaps: number): number => 0.06 + 1.36 / Math.sqrt(gaps);

/** The simplest process that explains the gaps, whether or not it does so well. */
export function fitGaps(sample: GapSample): GapFit {
  const gaps = thinned(sample.gaps, MOST_GAPS);
  const clock = fitPeriodic(gaps);
  if (clock?.isGood === true) return clock;
  const memoryless = fitPoisson(gaps, sample);
  const bursts = fitBursts(gaps, sample);
  if (bursts !== undefined && bursts.evidence > BURSTS_EVIDENCE) {
    if (bursts.isGood || !memoryless.isGood) return bursts;
  }
  if (memoryless.isGood || clock === undefined) return memoryless;
  return clock.distance < memoryless.distance ? clock : memoryless;
}

function fitPeriodic(gaps: readonly number[]): GapFit | undefined {
  const median = quantile(gaps, 0.5);
  const core = gaps.filter((gap) => gap > median / 2 && gap < median * 1.5);
  if (core.length < gaps.length * LEAST_CLOCK_SHARE || median <= 0) return undefined;
  const every = mean(core);
  const jitter = deviation(core);
  if (jitter > every * MOST_CLOCK_JITTER) return undefined;
  const when: Periodic = { kind: "periodic", every, jitter, aligned: false };
  const distance = jitter === 0 ? 0 : ksAgainst(core, (gap) => normalBelow(gap, every, jitter));
  const isGood = distance < goodBelow(core.length) || jitter < every * NEGLIGIBLE_JITTER;
  return { when, distance, isGood };
}

function fitPoisson(gaps: readonly number[], { messages, unitMs }: GapSample): GapFit {
  const when: Poisson = { kind: "poisson", every: unitMs / messages };
  // Long gaps are cut off by the end of a recording: the gaps' own mean is what they follow.
  const average = mean(gaps);
  const distance = ksAgainst(gaps, (gap) => exponentialBelow(gap, average));
  return { when, distance, isGood: distance < goodBelow(gaps.length) };
}

interface Mixture {
  readonly share: number;
  readonly fast: number;
  readonly slow: number;
  readonly logLikelihood: number;
}

const ROUNDS = 200;
/** Closer together, two exponentials are one. */
const LEAST_CONTRAST = 4;

/** Two exponential gaps, within a burst and between bursts, by expectation and maximisation. */
function fitMixture(gaps: readonly number[]): Mixture {
  let share = 0.5;
  let fast = Math.max(1e-3, quantile(gaps, 0.25));
  let slow = Math.max(fast * LEAST_CONTRAST, quantile(gaps, 0.9));
  let logLikelihood = -Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    let weight = 0;
    let fastSum = 0;
    let slowSum = 0;
    let now = 0;
    for (const gap of gaps) {
      const ofFast = (share / fast) * Math.exp(-gap / fast);
      const ofSlow = ((1 - share) / slow) * Math.exp(-gap / slow);
      const chance = ofFast / (ofFast + ofSlow || Number.MIN_VALUE);
      weight += chance;
      fastSum += chance * gap;
      slowSum += (1 - chance) * gap;
      now += Math.log(ofFast + ofSlow || Number.MIN_VALUE);
    }
    share = weight / gaps.length;
    fast = Math.max(1e-3, fastSum / Math.max(weight, 1e-9));
    slow = Math.max(1e-3, slowSum / Math.max(gaps.length - weight, 1e-9));
    if (Math.abs(now - logLikelihood) < 1e-7 * Math.abs(now)) break;
    logLikelihood = now;
  }
  return { share, fast, slow, logLikelihood };
}

function fitBursts(
  gaps: readonly number[],
  { messages, unitMs, stretches, gaps: all }: GapSample,
): (GapFit & { readonly evidence: number }) | undefined {
  const { share, fast, slow, logLikelihood } = fitMixture(gaps);
  const isTwo = share > 0.02 && share < 0.995 && slow > fast * LEAST_CONTRAST;
  if (!isTwo) return undefined;
  // Bursts start with a slow gap, or are the first that is seen of a Unit. From the end of a burst
  // to the next start time has no memory, so the whole time outside bursts tells the rate of starts.
  const starts = (1 - share) * all.length + stretches;
  const every = Math.max(1, (unitMs - share * all.length * fast) / starts);
  const perBurst = Math.max(1, (messages * every) / unitMs);
  const when: Bursts = { kind: "bursts", every, messages: perBurst, gap: Math.max(1, fast) };
  const average = mean(gaps);
  const poisson = -gaps.length * (Math.log(average) + 1);
  const evidence = 2 * (logLikelihood - poisson) - 2 * Math.log(gaps.length);
  const distance = ksAgainst(
    gaps,
    (gap) => share * exponentialBelow(gap, fast) + (1 - share) * exponentialBelow(gap, slow),
  );
  return { when, distance, isGood: distance < goodBelow(gaps.length), evidence };
}
