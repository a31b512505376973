import type { SearchResult } from "../capacity/step.ts";
import { AXES, AXIS_IDS, type AxisId, RAYS } from "../contracts/axis.ts";
import type { AxisResult, JointResult, JointShare } from "../contracts/capacity.ts";
import type { Trial } from "../contracts/trial.ts";

/** The joint search's answer, with the axis that broke its windows most. */
export function jointResult(
  found: SearchResult,
  trials: readonly Trial[],
  alone: readonly AxisResult[],
): JointResult {
  const shares = sharesOf(trials);
  const weakest = mostBroken(shares);
  const limitedBy = found.limitedBy === "resource" ? limitOf(weakest, alone) : found.limitedBy;
  return {
    id: "joint",
    unit: RAYS.joint.unit,
    ...found,
    limitedBy,
    reason: `${found.reason}${brokenWords(shares, weakest)}`,
    weakest,
    shares,
  };
}

/** A joint run that was asked for and did not take place, for what the axes came to. */
export function notMeasured(missing: string): JointResult {
  return {
    id: "joint",
    unit: RAYS.joint.unit,
    verdict: "inconclusive",
    capacity: null,
    limitedBy: null,
    reason: `Not measured: ${missing}.`,
    flags: ["not-measured"],
    c50: null,
    spread: null,
    backgroundFailure: null,
    activeSec: 0,
    harmSec: 0,
    windows: 0,
    invalidWindows: 0,
    weakest: null,
    shares: [],
  };
}

/** How often each axis missed its objective in the windows that counted. */
function sharesOf(trials: readonly Trial[]): JointShare[] {
  const counted = trials.filter(
    ({ axis, phase, verdict }) => axis === "joint" && phase !== "drain" && verdict !== "invalid",
  );
  return AXIS_IDS.flatMap((axis) => {
    const own = counted.flatMap(({ parts = [] }) => parts.filter((part) => part.axis === axis));
    if (own.length === 0) return [];
    const broke = own.filter(({ verdict }) => verdict === "bad").length;
    return [{ axis, windows: own.length, broke }];
  });
}

/** The earlier one in axis order when two broke as many. */
function mostBroken(shares: readonly JointShare[]): AxisId | null {
  const [first] = shares.toSorted((a, b) => b.broke - a.broke);
  return first === undefined || first.broke === 0 ? null : first.axis;
}

/** A configured limit that stops the axis alone stops it here, too. */
function limitOf(axis: AxisId | null, alone: readonly AxisResult[]) {
  const policy = alone.some(({ id, limitedBy }) => id === axis && limitedBy === "policy");
  return policy ? "policy" : "resource";
}

function brokenWords(shares: readonly JointShare[], axis: AxisId | null): string {
  const most = shares.find((share) => share.axis === axis);
  if (most === undefined) return "";
  return ` ${AXES[most.axis].title} missed its objective in ${most.broke} of ${most.windows} windows.`;
}
