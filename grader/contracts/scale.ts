import type { Letter } from "./report.ts";

/** Version of search, objectives and grade table. Whatever could move a stored grade raises it. */
export const METHOD_VERSION = 2;

/** Reference Units from which a letter holds, best first: steps of 1-3-10. */
export const LETTER_FLOORS_UNITS: Readonly<Record<Letter, number>> = {
  S: 10_000,
  A: 3000,
  B: 1000,
  C: 300,
  D: 100,
  E: 30,
  F: 0,
};

/** Ends of the pentagon's logarithmic radius, in reference Units. */
export const RADIUS_UNITS = { centre: 10, rim: 100_000 } as const;

const DECADES = Math.log10(RADIUS_UNITS.rim / RADIUS_UNITS.centre);

/**
 * Reference Units as 0…1 along the pentagon's radius; beyond either end it stays at that end.
 * Four decimals, so that no platform's logarithm shows in a stored report.
 */
export function radiusOf(units: number): number {
  if (units <= RADIUS_UNITS.centre) return 0;
  const share = Math.log10(units / RADIUS_UNITS.centre) / DECADES;
  return Math.min(1, Math.round(share * 1e4) / 1e4);
}
