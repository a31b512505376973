import { AXIS_IDS, type AxisId, type RayId } from "../contracts/axis.ts";
import type { AxisResult, JointResult } from "../contracts/capacity.ts";
import type { TargetKind } from "../contracts/report.ts";
import { unitsOf } from "./reference-unit.ts";

/** What a search found, in reference Units. */
export interface Evidence {
  readonly ray: RayId;
  /** The axis to name for it; null when the joint run broke on none. */
  readonly axis: AxisId | null;
  /** What counts: `rated`, or the interval's low end when no load passed the soak. */
  readonly units: number;
  readonly value: number;
  readonly low: number;
  /** Null when nothing broke up to the ceiling. */
  readonly high: number | null;
  readonly soaked: boolean;
  readonly result: AxisResult | JointResult;
}

/** One axis with evidence. */
export interface AxisUnits extends Evidence {
  readonly axis: AxisId;
  readonly result: AxisResult;
}

/** The axes a target has: a bare broker has no DataPipe, backend or API behind it. */
export function axesFor(kind: TargetKind): readonly AxisId[] {
  return kind === "broker" ? ["link", "relay"] : AXIS_IDS;
}

/** An axis in reference Units, or undefined when it gave no evidence. Failed is evidence of zero. */
export function axisUnits(result: AxisResult): AxisUnits | undefined {
  const axis = result.id;
  const figures = figuresOf(result, (load) => unitsOf(axis, load));
  return figures === undefined ? undefined : { ray: axis, axis, result, ...figures };
}

/** The joint run, whose load is counted in reference Units from the start. */
export function jointUnits(result: JointResult): Evidence | undefined {
  const figures = figuresOf(result, (units) => units);
  return figures === undefined
    ? undefined
    : { ray: "joint", axis: result.weakest, result, ...figures };
}

type Figures = Pick<Evidence, "units" | "value" | "low" | "high" | "soaked">;

function figuresOf(
  { verdict, capacity }: Pick<AxisResult, "verdict" | "capacity">,
  inUnits: (load: number) => number,
): Figures | undefined {
  switch (verdict) {
    case "inconclusive":
      return undefined;
    case "failed":
      return { units: 0, value: 0, low: 0, high: 0, soaked: true };
    case "measured":
    case "censored":
      if (capacity === null) return undefined;
      return {
        units: inUnits(capacity.rated ?? capacity.low),
        value: inUnits(capacity.value),
        low: inUnits(capacity.low),
        high: verdict === "censored" || capacity.high === null ? null : inUnits(capacity.high),
        soaked: capacity.rated !== null,
      };
    default:
      return verdict satisfies never;
  }
}

/** What fills first; the earlier one when two are equal. */
export function weakest<E extends Evidence>(found: readonly E[]): E | undefined {
  return found.reduce<E | undefined>(
    (least, one) => (least === undefined || one.units < least.units ? one : least),
    undefined,
  );
}
