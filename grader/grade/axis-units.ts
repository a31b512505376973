import { AXIS_IDS, type AxisId } from "../contracts/axis.ts";
import type { AxisResult } from "../contracts/capacity.ts";
import type { TargetKind } from "../contracts/report.ts";
import { unitsOf } from "./reference-unit.ts";

/** One axis with evidence, in reference Units. */
export interface AxisUnits {
  readonly axis: AxisId;
  /** What counts: `rated`, or the interval's low end when no load passed the soak. */
  readonly units: number;
  readonly value: number;
  readonly low: number;
  /** Null when nothing broke up to the ceiling. */
  readonly high: number | null;
  readonly soaked: boolean;
  readonly result: AxisResult;
}

/** The axes a target has: a bare broker has no DataPipe, backend or API behind it. */
export function axesFor(kind: TargetKind): readonly AxisId[] {
  return kind === "broker" ? ["link", "relay"] : AXIS_IDS;
}

/** An axis in reference Units, or undefined when it gave no evidence. Failed is evidence of zero. */
export function axisUnits(result: AxisResult): AxisUnits | undefined {
  const axis = result.id;
  const { verdict, capacity } = result;
  switch (verdict) {
    case "inconclusive":
      return undefined;
    case "failed":
      return { axis, units: 0, value: 0, low: 0, high: 0, soaked: true, result };
    case "measured":
    case "censored":
      if (capacity === null) return undefined;
      return {
        axis,
        units: unitsOf(axis, capacity.rated ?? capacity.low),
        value: unitsOf(axis, capacity.value),
        low: unitsOf(axis, capacity.low),
        high:
          verdict === "censored" || capacity.high === null ? null : unitsOf(axis, capacity.high),
        soaked: capacity.rated !== null,
        result,
      };
    default:
      return verdict satisfies never;
  }
}

/** The axis that fills first; the earlier one in axis order when two are equal. */
export function weakest(axes: readonly AxisUnits[]): AxisUnits | undefined {
  return axes.reduce<AxisUnits | undefined>(
    (least, axis) => (least === undefined || axis.units < least.units ? axis : least),
    undefined,
  );
}
