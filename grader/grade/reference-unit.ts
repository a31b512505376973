import type { AxisId } from "../contracts/axis.ts";

/**
 * The unit of account: what one ordinary Unit asks of each axis, in the axis' unit. Frozen; a
 * change is a new id and a new method version.
 */
export const REFERENCE_UNIT = {
  id: "RU-1",
  perUnit: {
    link: 1,
    relay: 0.1,
    store: 0.2,
    /** A state each minute and a log each ten minutes. */
    base: 1 / 60 + 1 / 600,
    api: 0.005,
  },
} as const satisfies { id: string; perUnit: Readonly<Record<AxisId, number>> };

/**
 * How many reference Units a load on one axis stands for, to a millionth: a load meant as 3 000
 * Units must not miss a letter by the last bit of a division.
 */
export function unitsOf(axis: AxisId, load: number): number {
  return Math.round((load / REFERENCE_UNIT.perUnit[axis]) * 1e6) / 1e6;
}
