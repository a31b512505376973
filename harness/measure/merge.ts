import type { GeneratorHealth } from "#grader/contracts/trial.ts";
import type { Conductor } from "../engine/conductor.ts";
import type { DrivenStep, DrivenWindow } from "../engine/measure-step.ts";
import type { DrivenPart, DrivenSegment } from "../engine/step-part.ts";
import { worstTold } from "./generator-health.ts";
import { Histogram, type HistogramValue } from "./histogram.ts";
import { mergeSegments } from "./segment.ts";

/**
 * A step as the conductor judged it, from what each thread drove. Segments that were begun before
 * the word to stop came are in none of its windows: they are dropped.
 */
export function wholeStep(
  conductor: Conductor,
  parts: readonly DrivenPart[],
  elapsedMs: number,
): DrivenStep {
  const { settleAborted, broken, harmSec } = conductor;
  const lastKept = conductor.windows.at(-1)?.segment;
  const windows = conductor.windows.map(({ segment, curtailed, hard }) => {
    const driven = parts.flatMap((part) => part.segments[segment] ?? []);
    const stallsMs =
      segment === lastKept ? parts.flatMap((part) => stallsAfter(part, segment)) : [];
    return { ...wholeWindow(driven, stallsMs), curtailed, hard };
  });
  return { windows, settleAborted, broken, elapsedMs, harmSec };
}

/** A stall of ours while the last answers came in spoils the last window too. */
const stallsAfter = ({ segments, healthAfter }: DrivenPart, segment: number): number[] =>
  [...segments.slice(segment + 1).map(({ health }) => health), healthAfter].map(
    ({ loopDelayMaxMs }) => loopDelayMaxMs,
  );

function wholeWindow(
  parts: readonly DrivenSegment[],
  stallsMs: readonly number[],
): Omit<DrivenWindow, "curtailed" | "hard"> {
  const segment = mergeSegments(parts.map((part) => part.segment));
  const unsentByUs = parts.reduce((sum, part) => sum + part.unsentByUs, 0);
  const health = mergeHealth(
    parts.map((part) => part.health),
    segment.lateness,
    { intended: segment.slots, unsent: unsentByUs },
  );
  const loopDelayMaxMs = Math.max(health.loopDelayMaxMs, ...stallsMs);
  return {
    segment,
    startedAtWallMs: Math.min(...parts.map((part) => part.startedAtWallMs)),
    unsentByUs,
    health: { ...health, loopDelayMaxMs },
  };
}

/**
 * Health of several threads at the same time as that of one generator: the busiest and the most
 * stalled thread stand for all, because each must keep its own schedule.
 */
export function mergeHealth(
  parts: readonly GeneratorHealth[],
  latenessOfAll: HistogramValue,
  { intended, unsent }: { readonly intended: number; readonly unsent: number },
): GeneratorHealth {
  const lateness = Histogram.of(latenessOfAll);
  const most = (key: "loopDelayMaxMs" | "cpuRatio" | "rssBytes") =>
    Math.max(0, ...parts.map((part) => part[key]));
  return {
    latenessP50Ms: round(lateness.quantile(0.5)),
    latenessP99Ms: round(lateness.quantile(0.99)),
    latenessP999Ms: round(lateness.quantile(0.999)),
    unsentRatio: intended === 0 ? 0 : Math.min(1, unsent / intended),
    loopDelayMaxMs: most("loopDelayMaxMs"),
    cpuRatio: most("cpuRatio"),
    rssBytes: most("rssBytes"),
    openSockets: parts.reduce((sum, { openSockets }) => sum + openSockets, 0),
    ...worstTold(parts),
  };
}

const round = (value: number) => Math.round(value * 1000) / 1000;
