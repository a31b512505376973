import { AXIS_IDS } from "../contracts/axis.ts";
import type { AxisResult, Depth, JointResult } from "../contracts/capacity.ts";
import type { Grade, Letter, TargetKind } from "../contracts/report.ts";
import {
  type AxisUnits,
  axesFor,
  axisUnits,
  type Evidence,
  jointUnits,
  weakest,
} from "./axis-units.ts";
import { capsOf } from "./caps.ts";
import { settleLetter, worse } from "./letters.ts";

export interface GradeContext {
  readonly kind: TargetKind;
  readonly depth: Depth;
  /** The letter the target holds from an earlier grading by the same method. */
  readonly previous?: Letter | undefined;
  /** What was found with all axes loaded at once. */
  readonly joint?: JointResult | undefined;
}

/** An axis that fails now and then at any load cannot be trusted further than this. */
const UNSTABLE_CAP: Letter = "C";

/**
 * N* = min of the joint run's rated Units and, over axes, rated ÷ reference Unit, with the letter
 * that stands for it. Final and publishable only with every axis of an instance and the joint run.
 */
export function gradeOf(results: readonly AxisResult[], context: GradeContext): Grade {
  const axes = inOrder(results);
  const hasJoint = context.joint !== undefined && axes.length > 0;
  const joint = hasJoint ? jointUnits(context.joint) : undefined;
  const found: readonly Evidence[] = joint === undefined ? axes : [...axes, joint];
  const limiting = weakest(found);
  const scope = scopeOf(axes, joint, context);
  const common = {
    scope,
    axes: axes.map(({ axis }) => axis),
    publishable: scope === "instance" && context.depth !== "glance",
  };
  if (limiting === undefined) {
    const caps = ["no axis gave evidence: there is no letter"];
    return { letter: null, units: null, low: null, high: null, limitedBy: null, ...common, caps };
  }

  const { units, value } = limiting;
  const { low, high } = intervalOf(found, limiting);
  const settled = settleLetter({ units, value, low, high }, context.previous);
  const unstable = found.some(({ result }) => result.flags.includes("unstable"));
  const letter = unstable ? worse(settled, UNSTABLE_CAP) : settled;
  const caps = capsOf({ axes, joint, limiting, settled, letter, context });
  const jointly = joint === undefined ? {} : { jointly: limiting === joint };
  return { letter, units, low, high, limitedBy: limiting.axis, ...jointly, ...common, caps };
}

function scopeOf(
  axes: readonly AxisUnits[],
  joint: Evidence | undefined,
  { kind }: GradeContext,
): Grade["scope"] {
  if (kind === "broker") return "broker";
  return axes.length === axesFor(kind).length && joint !== undefined ? "instance" : "partial";
}

/**
 * The interval of a minimum is the minimum of the ends. The limiting axis' own ends would let a
 * better axis make the grade's interval worse.
 */
function intervalOf(found: readonly Evidence[], limiting: Evidence) {
  const low = Math.min(...found.map((one) => one.low));
  if (limiting.high === null) return { low, high: null };
  const highs = found.map((one) => one.high).filter((high) => high !== null);
  return { low, high: Math.min(...highs) };
}

function inOrder(results: readonly AxisResult[]): readonly AxisUnits[] {
  return AXIS_IDS.map((id) => results.find((result) => result.id === id))
    .map((result) => (result === undefined ? undefined : axisUnits(result)))
    .filter((axis) => axis !== undefined);
}
