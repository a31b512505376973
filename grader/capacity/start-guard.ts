/** What others ask of one axis of an instance now, and what it was last known to hold. */
export interface AxisLoad<Axis extends string> {
  readonly axis: Axis;
  /** Current use in the axis' unit, without our own; undefined when it is not known. */
  readonly use: number | undefined;
  /** `rated` of the last grading, or its capacity; undefined when it was never graded. */
  readonly lastKnown: number | undefined;
}

/** An axis that carries too much to be measured, and its share of what was last known. */
export interface Loaded<Axis extends string> {
  readonly axis: Axis;
  readonly share: number;
}

/** Above this share a search would measure what its tenants leave, and at their cost. */
export const MOST_USED_SHARE = 0.2;

/**
 * The axis that carries most, if it carries more than a fifth of its last known capacity: a search
 * is then not to begin (grading method, 2.2). What is not known does not refuse a run.
 */
export function alreadyLoaded<Axis extends string>(
  axes: readonly AxisLoad<Axis>[],
): Loaded<Axis> | undefined {
  let worst: Loaded<Axis> | undefined;
  for (const { axis, use, lastKnown } of axes) {
    if (use === undefined || lastKnown === undefined || lastKnown <= 0) continue;
    const share = use / lastKnown;
    if (share > Math.max(MOST_USED_SHARE, worst?.share ?? 0)) worst = { axis, share };
  }
  return worst;
}
