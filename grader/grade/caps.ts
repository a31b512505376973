import { RAYS } from "../contracts/axis.ts";
import { figure } from "../contracts/figure.ts";
import type { Letter } from "../contracts/report.ts";
import { type AxisUnits, axesFor, type Evidence } from "./axis-units.ts";
import type { GradeContext } from "./grade.ts";
import { letterOf } from "./letters.ts";

interface Capped {
  readonly axes: readonly AxisUnits[];
  readonly joint: Evidence | undefined;
  readonly limiting: Evidence;
  /** The letter before and after the cap for unstable axes. */
  readonly settled: Letter;
  readonly letter: Letter;
  readonly context: GradeContext;
}

/** Why the letter is not better or not firm, one line each, the weightiest first. */
export function capsOf(capped: Capped): string[] {
  return [
    failed(capped),
    unstable(capped),
    coverage(capped),
    depth(capped),
    censored(capped),
    unsoaked(capped),
    policy(capped),
    kept(capped),
  ].filter((line) => line !== undefined);
}

function failed(capped: Capped): string | undefined {
  const titles = titlesOf(allOf(capped).filter(({ result }) => result.verdict === "failed"));
  return titles === "" ? undefined : `${titles}: the objective was not met at any load`;
}

function unstable(capped: Capped): string | undefined {
  const { settled, letter } = capped;
  const shaky = allOf(capped).filter(({ result }) => result.flags.includes("unstable"));
  if (shaky.length === 0) return undefined;
  const effect = settled === letter ? "the letter may not pass C" : `capped from ${settled} at C`;
  return `${titlesOf(shaky)} unstable, windows fail at any load: ${effect}`;
}

function coverage({ axes, joint, context }: Capped): string | undefined {
  const wanted = axesFor(context.kind).length;
  if (axes.length < wanted) {
    return `${axes.length} of ${wanted} axes measured: the letter is provisional`;
  }
  if (context.kind === "broker") return "a bare broker: the letter speaks of Link and Relay only";
  if (joint !== undefined) return undefined;
  return context.joint === undefined || context.joint.windows === 0
    ? "axes were loaded one at a time, no joint run: the letter is provisional"
    : "the joint run gave no answer: the letter is provisional";
}

function depth({ context }: Capped): string | undefined {
  return context.depth === "glance" ? "glance is a first look, not publishable" : undefined;
}

function censored({ limiting }: Capped): string | undefined {
  if (limiting.high !== null) return undefined;
  const { title, unit } = RAYS[limiting.ray];
  const held = `${figure(limiting.result.capacity?.value ?? 0)} ${unit}`;
  return limiting.result.limitedBy === "generator"
    ? `the generator gave out on ${title} at ${held}: the grade is a lower bound`
    : `${title} held all that was offered, ${held}: the grade is a lower bound`;
}

function unsoaked(capped: Capped): string | undefined {
  const titles = titlesOf(allOf(capped).filter(({ soaked }) => !soaked));
  if (titles === "") return undefined;
  return `${titles}: no load passed a soak, so the low end of the interval counts`;
}

function policy({ limiting }: Capped): string | undefined {
  if (limiting.result.limitedBy !== "policy") return undefined;
  return `${RAYS[limiting.axis ?? limiting.ray].title} stops at a configured limit, not at what the machine can do`;
}

function kept({ limiting, settled, context }: Capped): string | undefined {
  const fresh = letterOf(limiting.units);
  if (context.previous === undefined || settled === fresh) return undefined;
  return `${settled} kept from the last grade: the interval does not clear the step to ${fresh}`;
}

const allOf = ({ axes, joint }: Capped): readonly Evidence[] =>
  joint === undefined ? axes : [...axes, joint];

function titlesOf(found: readonly Evidence[]): string {
  return found.map(({ ray }) => RAYS[ray].title).join(", ");
}
