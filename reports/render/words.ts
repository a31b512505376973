/** Phrases that several renderers say in the same words. */
import { AXES } from "#grader/contracts/axis.ts";
import type { AxisResult } from "#grader/contracts/capacity.ts";
import type { Report } from "#grader/contracts/report.ts";
import { capacityText, interval, quantity } from "./format.ts";

/** The grade in facts to be joined: letter, Units with interval, what limits it. */
export function gradeFacts({ grade, axes }: Pick<Report, "grade" | "axes">): string[] {
  const { letter, units, low, high } = grade;
  if (letter === null) return ["no letter"];
  const limiting = axes.find(({ id }) => id === grade.limitedBy);
  const limiter = limiting === undefined ? [] : [limiterFact(limiting, high === null)];
  return high === null
    ? [`${letter} or better`, `≥ ${quantity(low, "Units")}`, ...limiter]
    : [letter, `${quantity(units, "Units")} (${interval(low, high)})`, ...limiter];
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
    `${grade.scope}, ${grade.axes.length} of ${axesInPlay(report).length} axes`,
    grade.publishable ? "publishable" : "not publishable",
    `method v${method.version}`,
    method.referenceUnit,
  ];
}

/** What stopped the axis; or what became of it when nothing did. */
export function limitText(axis: AxisResult): string {
  const marks = axis.flags.filter((flag) => flag === "unstable" || flag === "wide");
  return [outcomeWord(axis), ...marks].join(", ");
}

/** A corner's label: its capacity, or why it has none. */
export function cornerText(axis: AxisResult): string {
  return axis.capacity === null ? outcomeWord(axis) : capacityText(axis.capacity, axis.id);
}

function outcomeWord({ verdict, limitedBy, flags }: AxisResult): string {
  switch (verdict) {
    case "measured":
      return limitedBy ?? "measured";
    case "censored":
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
