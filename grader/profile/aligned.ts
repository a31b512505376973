/** Within this share of a period two messages are of the same moment. */
const NEAR = 0.02;
const LEAST_TOGETHER = 0.9;

/** True where Units send at the same moments, as an hourly job of a server makes them. */
export function areAligned(byUnit: readonly (readonly number[])[], every: number): boolean {
  const sending = byUnit.filter((times) => times.length > 0);
  const [first, ...others] = sending;
  if (first === undefined || others.length === 0) return false;
  let together = 0;
  let asked = 0;
  for (const times of others) {
    for (const atMs of times) {
      asked += 1;
      if (distanceTo(first, atMs) < NEAR * every) together += 1;
    }
  }
  return together >= LEAST_TOGETHER * asked;
}

function distanceTo(sorted: readonly number[], atMs: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < atMs) low = middle + 1;
    else high = middle;
  }
  const after = Math.abs((sorted[low] ?? Infinity) - atMs);
  const before = Math.abs((sorted[low - 1] ?? -Infinity) - atMs);
  return Math.min(after, before);
}
