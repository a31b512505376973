import { AXIS_IDS } from "../contracts/axis.ts";
import type { AxisResult, Depth } from "../contracts/capacity.ts";
import type { Grade, Letter, TargetKind } from "../contracts/report.ts";
import { type AxisUnits, axisUnits, weakest } from "./axis-units.ts";
import { capsOf } from "./caps.ts";
import { settleLetter, worse } from "./letters.ts";

export interface GradeContext {
  readonly kind: TargetKind;
  readonly depth: Depth;
  /** The letter the target holds from an earlier grading by the same method. */
  readonly previous?: Letter | undefined;
}

/** An axis that fails now and then at any load cannot be trusted further than this. */
const UNSTABLE_CAP: Letter = "C";

/**
 * N* = min over axes of rated ÷ reference Unit, with the letter that stands for it.
 * The joint run has no result type yet, so no grade is of scope `instance` and none is publishable.
 */
export function gradeOf(results: readonly AxisResult[], context: GradeContext): Grade {
  const axes = inOrder(results);
  const limiting = weakest(axes);
  const common = {
    scope: context.kind === "broker" ? ("broker" as const) : ("partial" as const),
    axes: axes.map(({ axis }) => axis),
    publishable: false,
  };
  if (limiting === undefined) {
    const caps = ["no axis gave evidence: there is no letter"];
    return { letter: null, units: null, low: null, high: null, limitedBy: null, ...common, caps };
  }

  const { units, value } = limiting;
  const { low, high } = intervalOf(axes, limiting);
  const settled = settleLetter({ units, value, low, high }, context.previous);
  const unstable = axes.some(({ result }) => result.flags.includes("unstable"));
  const letter = unstable ? worse(settled, UNSTABLE_CAP) : settled;
  const caps = capsOf({ axes, limiting, settled, letter, context });
  return { letter, units, low, high, limitedBy: limiting.axis, ...common, caps };
}

/**
 * The interval of a minimum is the minimum of the ends. The limiting axis' own ends would let a
 * better axis make the grade's interval worse.
 */
function intervalOf(axes: readonly AxisUnits[], limiting: AxisUnits) {
  const low = Math.min(...axes.map((axis) => axis.low));
  if (limiting.high === null) return { low, high: null };
  const highs = axes.map((axis) => axis.high).filter((high) => high !== null);
  return { low, high: Math.min(...highs) };
}

function inOrder(results: readonly AxisResult[]): readonly AxisUnits[] {
  return AXIS_IDS.map((id) => results.find((result) => result.id === id))
    .map((result) => (result === undefined ? undefined : axisUnits(result)))
    .filter((axis) => axis !== undefined);
}
