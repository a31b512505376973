/** What one axis was found to hold, in reference Units; null where no upper end is known. */
export interface FoundUnits {
  readonly high: number | null;
}

/**
 * The load from which an axis' capacity no longer bears on the grade: the least upper end among the
 * axes that have an answer. A search whose interval lies wholly above it may end early
 * (`SearchOptions.enoughLoad`), because N* is a minimum that this axis cannot be. Undefined while
 * there is nothing to compare with.
 */
export function enoughLoad(found: readonly FoundUnits[], perUnit: number): number | undefined {
  const highs = found.map(({ high }) => high).filter((high) => high !== null);
  return highs.length === 0 ? undefined : Math.min(...highs) * perUnit;
}

/** An axis to be measured, and the reference Units it held last; undefined if never measured. */
export interface LastUnits<Axis extends string> {
  readonly axis: Axis;
  readonly units: number | undefined;
}

/**
 * The axes in the order that spares most: where the grade hung last comes first, since whatever is
 * found there bounds the effort on all that follow. Axes never measured come before all others.
 */
export function weakestFirst<Axis extends string>(axes: readonly LastUnits<Axis>[]): Axis[] {
  const unitsOf = ({ units = 0 }: LastUnits<Axis>): number => units;
  return axes.toSorted((a, b) => unitsOf(a) - unitsOf(b)).map(({ axis }) => axis);
}
