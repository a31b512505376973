/** One second of the probe that stands for other tenants: a message a second on each axis. */
export interface CanarySecond<Axis extends string> {
  readonly axis: Axis;
  /** Whether its message missed the deadline; null when none was due, or its end is not known. */
  readonly missed: boolean | null;
  /** Whether load of ours was on the axis: a window may overload it, that is what it is for. */
  readonly underLoad: boolean;
}

/** Seconds in a row that were missed, by axis. Plain data; a new one for each run. */
export type CanaryState<Axis extends string> = Readonly<Partial<Record<Axis, number>>>;

/** Missed in so many seconds in a row outside our own windows, the run must stop. */
export const CANARY_SECONDS = 3;

/**
 * Counts on. A second under our own load proves nothing against the target, so it does not count;
 * but a message that came in time ends the row whenever it came.
 */
export function afterCanary<Axis extends string>(
  state: CanaryState<Axis>,
  { axis, missed, underLoad }: CanarySecond<Axis>,
): CanaryState<Axis> {
  if (missed === null || (missed && underLoad)) return state;
  return { ...state, [axis]: missed ? (state[axis] ?? 0) + 1 : 0 };
}

/** The axis on which tenants suffer after our load has gone, if there is one: stop at once. */
export function suffering<Axis extends string>(
  state: CanaryState<Axis>,
  axes: readonly Axis[],
): Axis | undefined {
  return axes.find((axis) => (state[axis] ?? 0) >= CANARY_SECONDS);
}
