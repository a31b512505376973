/** Loads of an axis whose Units come in pairs: the even numbers of a range. */
export interface PairRange {
  readonly floor: number;
  readonly max: number;
  /** Nearest allowed number of Units. */
  near(units: number): number;
  /** Highest allowed number of Units that is not above `units`, or the floor. */
  down(units: number): number;
}

const PAIR = 2;

/** The even numbers between two loads, both ends rounded inwards; undefined when there is none. */
export function pairRange(floorLoad: number, maxLoad: number): PairRange | undefined {
  const floor = PAIR * Math.max(1, Math.ceil(floorLoad / PAIR));
  const max = PAIR * Math.floor(maxLoad / PAIR);
  if (floor > max) return undefined;
  const clamp = (units: number) => Math.min(max, Math.max(floor, units));
  return {
    floor,
    max,
    near: (units) => clamp(PAIR * Math.round(units / PAIR)),
    down: (units) => clamp(PAIR * Math.floor(units / PAIR)),
  };
}

/** The next checkpoint: a pair more at the least, since rounding may eat a small factor. */
export const pairsUp = (range: PairRange, units: number, factor: number): number =>
  Math.min(range.max, Math.max(units + PAIR, range.near(units * factor)));

/** A share given back: a pair at the least, unless that is below the floor. */
export const pairsBack = (range: PairRange, units: number, share: number): number =>
  range.down(Math.min(units - PAIR, units * (1 - share)));
