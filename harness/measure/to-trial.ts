import type { Observation, WindowOutcome } from "#grader/capacity/step.ts";
import type { Objective } from "#grader/contracts/objective.ts";
import type { Trial } from "#grader/contracts/trial.ts";
import {
  generatorFault,
  type InFlightSums,
  type Judgement,
  judgeWindow,
} from "../engine/verdict.ts";
import type { DrivenStep, DrivenWindow, LoadStep } from "../engine/measure-step.ts";
import { Histogram } from "./histogram.ts";
import { pendingOf, type SegmentValue } from "./segment.ts";
import { RESTING } from "./unsent.ts";

/** Where the slots of a segment ended. */
type Ends = Pick<Trial, "good" | "late" | "lost" | "errors" | "unsent" | "pending">;

function endsOf(segment: SegmentValue): Ends {
  const { good, late, lost, failed, unsent } = segment;
  return { good, late, lost, errors: failed, unsent, pending: pendingOf(segment) };
}

/** Slots the driver took and did nothing with: an accounting error of ours. */
const neverHandled = ({ slots, sent, unsent }: SegmentValue): number => slots - sent - unsent;

/** Neither one that was never handled may be missing, nor one that ended twice be over. */
const unaccounted = (segment: SegmentValue): number =>
  Math.abs(neverHandled(segment)) + Math.max(0, -pendingOf(segment));

const inFlightOf = (segment: SegmentValue): InFlightSums => ({
  countedMs: segment.inFlightCountedMs,
  timedMs: segment.inFlightTimedMs,
  events: segment.sent + segment.arrivals,
});

export interface TrialContext {
  readonly runId: string;
  readonly objective: Objective;
  readonly stepNumber: number;
  /** Index of the first trial of this step in the run. */
  readonly firstIndex: number;
}

/** A driven step as trials, one a window. */
export function toTrials(driven: DrivenStep, step: LoadStep, context: TrialContext): Trial[] {
  return driven.windows.map((window, at) =>
    toTrial(driven, window, step, context, context.firstIndex + at),
  );
}

function toTrial(
  driven: DrivenStep,
  window: DrivenWindow,
  step: LoadStep,
  context: TrialContext,
  index: number,
): Trial {
  const { segment, health } = window;
  const ends = endsOf(segment);
  const measuredMs = Math.max(0, segment.endedAtMs - segment.startedAtMs);
  const { verdict, reason, hard } = judge(driven, window, step, context.objective, ends);
  const latencyMs = Histogram.of(segment.latency).quantiles();
  const serviceMs = Histogram.of(segment.service).quantiles();
  return {
    runId: context.runId,
    axis: context.objective.axis,
    index,
    step: context.stepNumber,
    phase: step.phase,
    load: step.load,
    startedAtMs: Math.round(window.startedAtWallMs),
    measuredMs: Math.round(measuredMs),
    stepElapsedMs: Math.round(driven.elapsedMs),
    stepHarmSec: driven.harmSec,
    planned: segment.plannedCount,
    intended: segment.slots,
    sent: segment.slots - ends.unsent,
    ...(segment.counted === 0 ? {} : { sampled: segment.sent - segment.counted }),
    acknowledged: Math.min(segment.acknowledged, segment.slots),
    ...ends,
    duplicated: segment.duplicated,
    reordered: segment.reordered,
    inFlightStart: segment.inFlightStart,
    inFlightEnd: segment.inFlightEnd,
    deliveredPerSec: measuredMs === 0 ? 0 : round((segment.arrivals * 1000) / measuredMs),
    ...(latencyMs === undefined ? {} : { latencyMs }),
    ...(serviceMs === undefined ? {} : { serviceMs }),
    errorClasses: { ...segment.errorClasses },
    curtailed: window.curtailed,
    hard,
    verdict,
    reason,
    health,
  };
}

/** Ours first: a window that the generator spoiled says nothing of the target. */
function judge(
  driven: DrivenStep,
  window: DrivenWindow,
  step: LoadStep,
  objective: Objective,
  ends: Ends,
): Pick<Trial, "verdict" | "reason" | "hard"> {
  const { segment, health } = window;
  const { lost, errors } = ends;
  const bad = ends.late + lost + errors + ends.unsent + ends.pending;
  const growth = segment.inFlightEnd - segment.inFlightStart;
  const judged =
    forced(driven) ??
    judgeWindow(
      { planned: segment.plannedCount, bad, lost, errors, growth },
      objective,
      step.growthRule && !window.curtailed,
    );
  const hard = judged.verdict === "bad" && window.hard;
  const fault = generatorFault(
    {
      ...health,
      intended: segment.slots,
      unsentByUs: window.unsentByUs + (segment.errorClasses[RESTING] ?? 0),
      unaccounted: unaccounted(segment),
      inFlight: inFlightOf(segment),
    },
    objective.deadlineMs,
  );
  // Overload stays overload for the drain's sake, even where the window does not count.
  return fault === undefined ? { ...judged, hard } : { verdict: "invalid", reason: fault, hard };
}

/** What decides whatever the counts say. */
function forced(driven: DrivenStep): Judgement | undefined {
  if (driven.broken !== null) return { verdict: "bad", reason: driven.broken };
  if (!driven.settleAborted) return undefined;
  return { verdict: "bad", reason: "overload while settling: most messages late or lost" };
}

/** What the search may know of a trial. */
function toOutcome(trial: Trial): WindowOutcome {
  const planned = Math.max(1, trial.planned);
  return {
    good: trial.verdict === "good",
    hard: trial.hard,
    valid: trial.verdict !== "invalid",
    badRatio: (trial.late + trial.lost + trial.errors + trial.unsent + trial.pending) / planned,
    growthRatio: (trial.inFlightEnd - trial.inFlightStart) / planned,
    deliveredPerSec: trial.deliveredPerSec,
    measuredMs: trial.measuredMs,
  };
}

/** What the search is told of a load step, live or from the store. */
export function toObservation(trials: readonly Trial[]): Extract<Observation, { kind: "load" }> {
  const [first] = trials;
  const { generatorCeiling } = first ?? {};
  return {
    kind: "load",
    windows: trials.map(toOutcome),
    elapsedMs: first?.stepElapsedMs ?? 0,
    harmSec: first?.stepHarmSec ?? 0,
    ...(generatorCeiling === undefined ? {} : { generatorCeiling }),
  };
}

const round = (value: number) => Math.round(value * 1000) / 1000;
