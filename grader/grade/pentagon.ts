import { AXIS_IDS, type AxisId } from "../contracts/axis.ts";
import type { AxisResult } from "../contracts/capacity.ts";
import type { PentagonCorner } from "../contracts/report.ts";
import { radiusOf } from "../contracts/scale.ts";
import { axisUnits } from "./axis-units.ts";

/** Current use in the axis' unit: 95th percentile of one-minute load. */
export type AxisUse = Readonly<Partial<Record<AxisId, number>>>;

/** Five corners in axis order; an axis without evidence has no radius, which is not zero. */
export function pentagonOf(results: readonly AxisResult[], use: AxisUse = {}): PentagonCorner[] {
  return AXIS_IDS.map((id) =>
    cornerOf(
      id,
      results.find((result) => result.id === id),
      use[id],
    ),
  );
}

function cornerOf(
  axis: AxisId,
  result: AxisResult | undefined,
  use: number | undefined,
): PentagonCorner {
  const found = result === undefined ? undefined : axisUnits(result);
  const units = found?.units ?? null;
  const low = found?.low ?? null;
  const high = found?.high ?? null;
  return {
    axis,
    units,
    low,
    high,
    radius: radiusOrNull(units),
    lowRadius: radiusOrNull(low),
    highRadius: radiusOrNull(high),
    headroom: headroomOf(use, result),
    policyLimited:
      result?.limitedBy === "policy" || result?.flags.includes("policy-limited") === true,
  };
}

function headroomOf(use: number | undefined, result: AxisResult | undefined): number | null {
  const room = result?.capacity?.rated ?? result?.capacity?.low;
  if (use === undefined || room === undefined) return null;
  return room === 0 ? 0 : Math.max(0, 1 - use / room);
}

function radiusOrNull(units: number | null): number | null {
  return units === null ? null : radiusOf(units);
}
