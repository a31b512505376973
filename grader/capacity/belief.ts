import { indexOf, positionOf } from "./log-grid.ts";
import { createPosterior, type Posterior, type Summary } from "./posterior.ts";

/** One counted window: what the posterior is made of. */
export interface Verdict {
  readonly load: number;
  readonly good: boolean;
  readonly weight: number;
}

/** A posterior that keeps its evidence, and widens its grid when the answer lies at an edge. */
export interface Belief {
  observe(verdict: Verdict): void;
  summary(): Summary;
  /** Widens the grid if more than a fifth of the mass lies at an edge. */
  widen(): void;
}

/** Where a capacity is first sought, and what is thought of how gradually windows fail. */
export interface BeliefBounds {
  readonly low: number;
  readonly high: number;
  readonly maxLoad: number;
  /** Least load that means something. */
  readonly floorLoad: number;
  readonly spreadPrior: readonly number[];
}

const EDGE_MASS = 0.2;
const DOWN = 0.5;
const UP = 1.6;
// Capacity just above the ceiling must still fit on the grid.
const ABOVE_MAX = 1.2;

/** What the evidence so far says, for a capacity first sought between two loads. */
export function createBelief(evidence: readonly Verdict[], bounds: BeliefBounds): Belief {
  const seen = [...evidence];
  let { low, high } = bounds;
  let known: Summary | undefined;

  const tellPosterior = (posterior: Posterior, { load, good, weight }: Verdict): void =>
    posterior.observe(indexOf(load), good, weight);
  const rebuild = (): Posterior => {
    const posterior = createPosterior(
      Math.floor(positionOf(low)),
      Math.ceil(positionOf(high)),
      bounds.spreadPrior,
    );
    for (const verdict of seen) tellPosterior(posterior, verdict);
    return posterior;
  };
  let posterior = rebuild();

  return {
    observe(verdict) {
      seen.push(verdict);
      tellPosterior(posterior, verdict);
      known = undefined;
    },
    summary() {
      known ??= posterior.summarise();
      return known;
    },
    widen() {
      const edges = posterior.edges();
      if (edges.low <= EDGE_MASS && edges.high <= EDGE_MASS) return;
      const before = { low, high };
      if (edges.low > EDGE_MASS) low = Math.min(low, Math.max(bounds.floorLoad, low) * DOWN);
      if (edges.high > EDGE_MASS) high = Math.min(bounds.maxLoad * ABOVE_MAX, high * UP);
      // At either limit it stays as it is, and a rebuild would only cost time.
      if (low === before.low && high === before.high) return;
      posterior = rebuild();
      known = undefined;
    },
  };
}
