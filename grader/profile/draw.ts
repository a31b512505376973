import { QUANTILES, type Random, type Sizes } from "./model.ts";

export const exponential = (mean: number, random: Random): number => -mean * Math.log(1 - random());

/** Box–Muller; the second number it could give is let go, so that draws do not depend on history. */
export const normal = (mean: number, deviation: number, random: Random): number => {
  if (deviation === 0) return mean;
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return mean + deviation * radius * Math.cos(2 * Math.PI * random());
};

/** Counts from 1 with this mean. */
export const geometric = (mean: number, random: Random): number =>
  mean <= 1 ? 1 : 1 + Math.floor(Math.log(1 - random()) / Math.log(1 - 1 / mean));

/** A whole number that is the mean on average. */
export const around = (mean: number, random: Random): number =>
  Math.floor(mean) + (random() < mean - Math.floor(mean) ? 1 : 0);

export function drawBytes(sizes: Sizes, random: Random): number {
  if (typeof sizes === "number") return sizes;
  if ("from" in sizes) return sizes.from + Math.floor(random() * (sizes.to - sizes.from + 1));
  if ("choices" in sizes) return choose(sizes.choices, random());
  return Math.round(quantileOf(sizes.quantiles, random()));
}

function choose(choices: readonly { bytes: number; share: number }[], at: number): number {
  let below = 0;
  for (const { bytes, share } of choices) {
    below += share;
    if (at < below) return bytes;
  }
  return choices.at(-1)?.bytes ?? 0;
}

function quantileOf(quantiles: Extract<Sizes, { quantiles: unknown }>["quantiles"], at: number) {
  for (let i = 1; i < QUANTILES.length; i++) {
    const [fromName = "min", from = 0] = QUANTILES[i - 1] ?? [];
    const [toName = "max", to = 1] = QUANTILES[i] ?? [];
    if (at > to) continue;
    const share = (at - from) / (to - from);
    return quantiles[fromName] + share * (quantiles[toName] - quantiles[fromName]);
  }
  return quantiles.max;
}

/** Mean payload. */
export function meanBytes(sizes: Sizes): number {
  if (typeof sizes === "number") return sizes;
  if ("from" in sizes) return (sizes.from + sizes.to) / 2;
  if ("choices" in sizes) {
    return sizes.choices.reduce((sum, { bytes, share }) => sum + bytes * share, 0);
  }
  let mean = 0;
  for (let i = 1; i < QUANTILES.length; i++) {
    const [fromName = "min", from = 0] = QUANTILES[i - 1] ?? [];
    const [toName = "max", to = 1] = QUANTILES[i] ?? [];
    mean += ((to - from) * (sizes.quantiles[fromName] + sizes.quantiles[toName])) / 2;
  }
  return mean;
}
