import { AXES, type AxisId } from "../contracts/axis.ts";
import type { AxisResult } from "../contracts/capacity.ts";
import { REFERENCE_UNIT } from "./reference-unit.ts";

/** A measured axis that holds so many reference Units, ±10 %, rated at the value. */
export function measured(id: AxisId, units: number, changes: Partial<AxisResult> = {}): AxisResult {
  const load = units * REFERENCE_UNIT.perUnit[id];
  return {
    id,
    verdict: "measured",
    unit: AXES[id].unit,
    capacity: { value: load, low: load * 0.9, high: load * 1.1, rated: load },
    limitedBy: "resource",
    reason: "1.4 % late, 1 % is allowed",
    flags: [],
    c50: load,
    spread: 0.02,
    backgroundFailure: 0,
    activeSec: 200,
    harmSec: 5,
    windows: 20,
    invalidWindows: 0,
    ...changes,
  };
}

/** Nothing broke up to so many reference Units. */
export function censored(id: AxisId, units: number, changes: Partial<AxisResult> = {}): AxisResult {
  const load = units * REFERENCE_UNIT.perUnit[id];
  return measured(id, units, {
    verdict: "censored",
    capacity: { value: load, low: load, high: null, rated: load },
    limitedBy: null,
    flags: ["censored"],
    ...changes,
  });
}

export function inconclusive(id: AxisId, changes: Partial<AxisResult> = {}): AxisResult {
  return measured(id, 0, { verdict: "inconclusive", capacity: null, limitedBy: null, ...changes });
}
