import { ksBetween, quantile } from "./distance.ts";
import { drawBytes } from "./draw.ts";
import { QUANTILES, type Random, type Sizes } from "./model.ts";

export interface SizeFit {
  readonly bytes: Sizes;
  /** Kolmogorov–Smirnov between the sizes and as many drawn from the model. */
  readonly distance: number;
}

/** More different sizes are told by quantiles. */
const MOST_CHOICES = 16;
const DRAWS = 4000;

/** Payload sizes as one figure, choices or quantiles, and how well that says it. */
export function fitSizes(sizes: readonly number[], random: Random): SizeFit {
  const sorted = sizes.toSorted((a, b) => a - b);
  const bytes = modelOf(sorted);
  if (typeof bytes === "number") return { bytes, distance: 0 };
  const drawn = Array.from({ length: DRAWS }, () => drawBytes(bytes, random));
  return {
    bytes,
    distance: ksBetween(
      sorted,
      drawn.sort((a, b) => a - b),
    ),
  };
}

function modelOf(sorted: readonly number[]): Sizes {
  const counts = new Map<number, number>();
  for (const size of sorted) counts.set(size, (counts.get(size) ?? 0) + 1);
  if (counts.size <= 1) return sorted[0] ?? 0;
  if (counts.size <= MOST_CHOICES) {
    const share = (count: number) =>
      Math.max(1e-4, Math.round((count / sorted.length) * 1e4) / 1e4);
    return { choices: [...counts].map(([bytes, count]) => ({ bytes, share: share(count) })) };
  }
  const [min, p25, p50, p75, p95, max] = QUANTILES.map(([, at]) =>
    Math.round(quantile(sorted, at)),
  );
  return {
    quantiles: {
      min: min ?? 0,
      p25: p25 ?? 0,
      p50: p50 ?? 0,
      p75: p75 ?? 0,
      p95: p95 ?? 0,
      max: max ?? 0,
    },
  };
}
