import { exp, ln } from "./arithmetic.ts";

/** Every load and every posterior cell is exp(i × 0.01) for an integer i: steps of 1 %. */
export const GRID_STEP = 0.01;

/** Load at a grid position; a fraction lies between two points. */
export const loadAt = (position: number): number => exp(position * GRID_STEP);
/** Grid position of a load, as a fraction. */
export const positionOf = (load: number): number => ln(load) / GRID_STEP;
/** Nearest grid point to a load. */
export const indexOf = (load: number): number => Math.round(positionOf(load));

// A load that was made from an index comes back within 1e-9 of it.
const ROUNDING = 1e-9;

/** The loads a search may ask for. */
export interface LoadRange {
  /** Least load of the range. */
  readonly floor: number;
  /** The ceiling itself; the only load that may lie off the grid. */
  readonly max: number;
  /** Nearest allowed load. */
  snap(load: number): number;
  /** Highest allowed load that is not above `load`, or the floor. */
  snapDown(load: number): number;
}

/** The grid between two loads, with the upper one added as it is. */
export function loadRange(floorLoad: number, maxLoad: number): LoadRange {
  const first = Math.ceil(positionOf(floorLoad) - ROUNDING);
  const last = Math.floor(positionOf(maxLoad) + ROUNDING);
  const at = (index: number): number => {
    if (first > last) return maxLoad;
    return Math.min(maxLoad, loadAt(Math.min(last, Math.max(first, index))));
  };
  return {
    floor: at(first),
    max: maxLoad,
    snap: (load) => (load >= maxLoad ? maxLoad : at(indexOf(load))),
    snapDown: (load) => (load >= maxLoad ? maxLoad : at(Math.floor(positionOf(load) + ROUNDING))),
  };
}
