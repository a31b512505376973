import { AXES, type AxisId, RAYS } from "../contracts/axis.ts";
import type { AxisFlag, AxisResult, Depth, JointResult } from "../contracts/capacity.ts";
import { figure } from "../contracts/figure.ts";
import type { Grade, Report, RunFacts } from "../contracts/report.ts";
import { axisUnits, weakest } from "./axis-units.ts";
import { ceilingOf } from "./letters.ts";

export interface Advised {
  readonly run: RunFacts;
  readonly axes: readonly AxisResult[];
  readonly joint?: JointResult | undefined;
  readonly grade: Grade;
  readonly generator: Report["generator"];
}

/** The configured limit an operator most likely met on each axis. */
const POLICY_LIMITS: Readonly<Record<AxisId, string>> = {
  link: "PU_MQTT_MAX_CLIENTS, or the broker's max_connections",
  relay: "PU_MQTT_CLIENT_MAX_MESSAGES_RATE, or more Units to share the load",
  store: "PU_MQTT_CLIENT_MAX_MESSAGES_RATE, or more Units to share the load",
  base: "one state a minute and Unit, or more Units to share the load",
  api: "nginx limit_req (5 requests a second and public address)",
};

const DEEPER: Readonly<Record<Depth, Depth | undefined>> = {
  glance: "standard",
  quick: "standard",
  standard: "certify",
  certify: undefined,
};

/** A generator busier than this has no room left, whatever else it says. */
const BUSY_CPU_RATIO = 0.7;
/** Kept off its core for this share of a window, it was not alone. */
const TAKEN_RATIO = 0.3;

/** What to do next, most useful first: trust the numbers, then raise them, then sharpen them. */
export function adviceOf(advised: Advised): string[] {
  return [
    generatorLimit(advised),
    ...targetTrouble(advised),
    advised.grade.jointly === true ? jointLimit(advised) : weakestAxis(advised),
    ...searchCeilings(advised),
    missingAxes(advised),
    missingJoint(advised),
    deeperLook(advised),
  ].filter((line) => line !== undefined);
}

function generatorLimit(advised: Advised): string | undefined {
  const { generator } = advised;
  if (!generator.limited) return undefined;
  const limited = flagged(allOf(advised), "generator-limited");
  const where = limited.length === 0 ? "" : ` on ${titlesOf(limited)}`;
  return `The generator was the limit${where}, not the target: ${remedyFor(generator.worst)}.`;
}

/** What the worst figures of the run point at. */
function remedyFor(worst: Report["generator"]["worst"]): string {
  const { cpuRatio = 0, waitRatio = 0, quotaRatio = 0, throttledMs = 0 } = worst ?? {};
  if (throttledMs > 0) return "raise the CPU limit of its container";
  if (waitRatio > TAKEN_RATIO)
    return "stop the programs beside it, or give it a machine of its own";
  if (Math.max(cpuRatio, quotaRatio) > BUSY_CPU_RATIO) {
    return "run it on a faster or idle machine, apart from the target";
  }
  return "raise `ulimit -n`, keep the machine idle, or run it closer to the target";
}

function targetTrouble(advised: Advised): (string | undefined)[] {
  const axes = allOf(advised);
  const failed = axes.filter(({ verdict }) => verdict === "failed");
  return [
    about(
      failed,
      (names) => `${names} met the objective at no load: check logs and set-up before sizing.`,
    ),
    about(
      flagged(axes, "no-recovery"),
      (names) => `${names} did not recover after overload: find the stuck queue or worker first.`,
    ),
    about(
      flagged(axes, "unstable"),
      (names) => `${names} fails now and then at any load: look for pauses (GC, flushes, jobs).`,
    ),
    about(
      flagged(axes, "soak-failed"),
      (names) => `${names} passed windows but no soak: look for slow leaks or filling queues.`,
    ),
  ];
}

/** What limits the grade and what lifting it is worth: never more than the next weakest axis. */
function weakestAxis({ axes, grade }: Advised): string | undefined {
  const found = axes.map(axisUnits).filter((axis) => axis !== undefined);
  const limiting = weakest(found);
  if (limiting === undefined || limiting.result.verdict === "failed") return undefined;
  const { title } = AXES[limiting.axis];
  const next = weakest(found.filter(({ axis }) => axis !== limiting.axis));
  const gain =
    next === undefined || next.units <= limiting.units * 1.05
      ? ""
      : ` ${AXES[next.axis].title} follows at ${figure(next.units)} Units.`;
  if (limiting.result.limitedBy === "policy") {
    return `${title} stops at a configured limit; raise ${POLICY_LIMITS[limiting.axis]}.${gain}`;
  }
  if (limiting.high === null) return undefined;
  const target = grade.letter === null ? 0 : ceilingOf(grade.letter);
  // An unstable axis may hold the letter under what the Units alone would earn.
  const inReach = target > limiting.units && Number.isFinite(target);
  const step = inReach ? `, the next letter needs ${figure(target)}` : "";
  return `${title} limits the grade at ${figure(limiting.units)} Units${step}.${gain}`;
}

/** With all loaded at once fewer Units fit than the weakest axis holds alone. */
function jointLimit({ axes, joint, grade }: Advised): string | undefined {
  const { units, letter } = grade;
  if (joint === undefined || units === null) return undefined;
  const { verdict, weakest: first } = joint;
  if (verdict === "failed") {
    return "Loaded all at once the axes met their objectives at no load: look for what they share.";
  }
  if (first === null || verdict === "censored") return undefined;
  const alone = axes.map(axisUnits).find((axis) => axis?.axis === first);
  const holds = alone === undefined ? "" : `; alone it holds ${figure(alone.units)}`;
  const target = letter === null ? 0 : ceilingOf(letter);
  const inReach = target > units && Number.isFinite(target);
  const step = inReach ? ` The next letter needs ${figure(target)}.` : "";
  return `With all axes loaded at once ${AXES[first].title} gives out first, at ${figure(units)} Units${holds}: they share what it needs.${step}`;
}

function searchCeilings(advised: Advised): (string | undefined)[] {
  const axes = allOf(advised);
  const held = axes.filter(
    ({ verdict, flags }) =>
      verdict === "censored" &&
      !flags.includes("generator-limited") &&
      !flags.includes("axis-limited"),
  );
  return [
    about(
      held,
      (names) => `${names} held all that was offered: allow more Units or a higher maximum load.`,
    ),
    about(
      flagged(axes, "harm-ceiling"),
      (names) => `${names} stopped at the harm ceiling: allow more overload to narrow the bounds.`,
    ),
  ];
}

function missingAxes({ axes }: Advised): string | undefined {
  return about(
    flagged(axes, "not-measured"),
    (names) => `Measure ${names} too: a letter rests on all five axes.`,
  );
}

function missingJoint({ run, axes, joint }: Advised): string | undefined {
  if (run.target.kind === "broker") return undefined;
  if (axes.some(({ verdict }) => verdict === "inconclusive")) return undefined;
  if (joint !== undefined && joint.verdict !== "inconclusive") return undefined;
  return "Load all axes at once, too (without `--no-joint`): a letter is final with the joint run.";
}

function deeperLook(advised: Advised): string | undefined {
  const { run } = advised;
  const axes = allOf(advised);
  const depth = DEEPER[run.depth];
  if (depth === undefined || !axes.some(({ capacity }) => capacity !== null)) return undefined;
  const wide = flagged(axes, "wide");
  if (run.depth === "glance") return `Run again with \`--depth ${depth}\` for a grade to rely on.`;
  return about(
    wide,
    (names) => `${names} kept a wide interval: run again with \`--depth ${depth}\`.`,
  );
}

type Found = AxisResult | JointResult;

const allOf = ({ axes, joint }: Advised): readonly Found[] =>
  joint === undefined ? axes : [...axes, joint];

function flagged<F extends Found>(axes: readonly F[], flag: AxisFlag): F[] {
  return axes.filter(({ flags }) => flags.includes(flag));
}

function about(axes: readonly Found[], say: (names: string) => string): string | undefined {
  return axes.length === 0 ? undefined : say(titlesOf(axes));
}

function titlesOf(axes: readonly Found[]): string {
  const titles = axes.map(({ id }) => RAYS[id].title);
  const last = titles.at(-1) ?? "";
  return titles.length < 2 ? last : `${titles.slice(0, -1).join(", ")} and ${last}`;
}
