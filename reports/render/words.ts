/** Phrases that several renderers say in the same words. */
import { AXES, type AxisId } from "#grader/contracts/axis.ts";
import type { AxisResult, JointResult } from "#grader/contracts/capacity.ts";
import type { Report } from "#grader/contracts/report.ts";
import { capacityText, interval, quantity } from "./format.ts";

/** The grade in facts to be joined: letter, Units with interval, what limits it. */
export function gradeFacts(report: Pick<Report, "grade" | "axes" | "joint">): string[] {
  const { letter, units, low, high } = report.grade;
  if (letter === null) return ["no letter"];
  const limiter = limiterFacts(report);
  return high === null
    ? [`${letter} or better`, `≥ ${quantity(low, "Units")}`, ...limiter]
    : [letter, `${quantity(units, "Units")} (${interval(low, high)})`, ...limiter];
}

function limiterFacts({ grade, axes, joint }: Pick<Report, "grade" | "axes" | "joint">): string[] {
  const unbroken = grade.high === null;
  if (grade.jointly === true && joint !== undefined) {
    return [jointFact(joint, grade.limitedBy, unbroken)];
  }
  const limiting = axes.find(({ id }) => id === grade.limitedBy);
  return limiting === undefined ? [] : [limiterFact(limiting, unbroken)];
}

function jointFact({ limitedBy }: JointResult, axis: AxisId | null, unbroken: boolean): string {
  if (limitedBy === "generator") return "the generator gave out with all axes loaded";
  if (unbroken || axis === null) return "nothing broke with all axes loaded";
  return `limited by ${AXES[axis].title} with all axes loaded (${limitedBy ?? "resource"})`;
}

/** Nothing is limited by an axis that did not break. */
function limiterFact({ id, limitedBy }: AxisResult, unbroken: boolean): string {
  const { title } = AXES[id];
  if (limitedBy === "generator") return `the generator gave out on ${title}`;
  if (unbroken) return `nothing broke, ${title} was loaded least`;
  return `limited by ${title}${limitedBy === null ? "" : ` (${limitedBy})`}`;
}

/** Axes the target has, with their corners: a bare broker lacks three. */
export function axesInPlay({ axes, pentagon }: Pick<Report, "axes" | "pentagon">) {
  return axes
    .map((axis, i) => ({ axis, corner: pentagon[i] }))
    .filter(({ axis }) => !axis.flags.includes("not-applicable"));
}

/** What the grade rests on, in facts to be joined. */
export function basisFacts(report: Report): string[] {
  const { grade, method } = report;
  return [
    `${grade.scope}, ${grade.axes.length} of ${axesInPlay(report).length} axes${jointWord(report)}`,
    grade.publishable ? "publishable" : "not publishable",
    `method v${method.version}`,
    method.referenceUnit,
  ];
}

/** The joint run counts once it has an answer. */
const jointWord = ({ joint }: Report): string =>
  joint === undefined || joint.verdict === "inconclusive" ? "" : " and all at once";

/** What stopped the axis; or what became of it when nothing did. */
export function limitText(axis: AxisResult | JointResult): string {
  const marks = axis.flags.filter((flag) => flag === "unstable" || flag === "wide");
  return [outcomeWord(axis), ...marks].join(", ");
}

/** A corner's label: its capacity, or why it has none. */
export function cornerText(axis: AxisResult | JointResult): string {
  return axis.capacity === null ? outcomeWord(axis) : capacityText(axis.capacity, axis.id);
}

function outcomeWord({ verdict, limitedBy, flags }: AxisResult | JointResult): string {
  switch (verdict) {
    case "measured":
      return limitedBy ?? "measured";
    case "censored":
      if (flags.includes("axis-limited")) return "as far as the weakest axis";
      return limitedBy === null ? "not reached" : `not reached (${limitedBy})`;
    case "failed":
      return "failed";
    case "inconclusive":
      if (flags.includes("not-applicable")) return "not applicable";
      return flags.includes("not-measured") ? "not measured" : "inconclusive";
    default:
      return verdict satisfies never;
  }
}
