import type { WindowOutcome } from "#grader/capacity/step.ts";
import type { Objective } from "#grader/contracts/objective.ts";
import type { Trial } from "#grader/contracts/trial.ts";
import { generatorFault, judgeWindow } from "../engine/verdict.ts";
import type { DrivenStep, DrivenWindow, LoadStep } from "../engine/measure-step.ts";
import { Histogram } from "./histogram.ts";
import { type Ledger, type Segment, SLOT } from "./ledger.ts";

interface Ends {
  good: number;
  late: number;
  lost: number;
  errors: number;
  unsent: number;
  pending: number;
}

/** Where each slot of a segment ended, and how long the answered ones took. */
function classify(ledger: Ledger, segment: Segment) {
  const ends: Ends = { good: 0, late: 0, lost: 0, errors: 0, unsent: 0, pending: 0 };
  const latency = new Histogram();
  const service = new Histogram();
  const last = segment.firstSlot + segment.slots;
  for (let slot = segment.firstSlot; slot < last; slot++) {
    const state = ledger.stateOf(slot);
    switch (state) {
      case SLOT.done: {
        const latencyMs = ledger.doneAt(slot) - ledger.intendedAt(slot);
        latency.record(latencyMs);
        service.record(ledger.doneAt(slot) - ledger.sentAt(slot));
        if (latencyMs > ledger.deadlineMs) ends.late++;
        else ends.good++;
        break;
      }
      case SLOT.lost:
        ends.lost++;
        break;
      case SLOT.failed:
        ends.errors++;
        break;
      case SLOT.unsent:
        ends.unsent++;
        break;
      case SLOT.sent:
      case SLOT.due:
        ends.pending++;
        break;
      default:
        return state satisfies never;
    }
  }
  return { ends, latency, service };
}

export interface TrialContext {
  readonly runId: string;
  readonly objective: Objective;
  readonly stepNumber: number;
  /** Index of the first trial of this step in the run. */
  readonly firstIndex: number;
}

/** A driven step as stored trials, and as what the search may know of them. */
export function toTrials(
  driven: DrivenStep,
  step: LoadStep,
  context: TrialContext,
): { trials: Trial[]; outcomes: WindowOutcome[] } {
  const trials: Trial[] = [];
  const outcomes: WindowOutcome[] = [];
  for (const window of driven.windows) {
    const index = context.firstIndex + trials.length;
    const trial = toTrial(driven, window, step, context, index);
    trials.push(trial);
    outcomes.push(toOutcome(trial));
  }
  return { trials, outcomes };
}

function toTrial(
  driven: DrivenStep,
  window: DrivenWindow,
  step: LoadStep,
  context: TrialContext,
  index: number,
): Trial {
  const { segment, health } = window;
  const { ends, latency, service } = classify(driven.ledger, segment);
  const measuredMs = Math.max(0, segment.endedAtMs - segment.startedAtMs);
  const bad = ends.late + ends.lost + ends.errors + ends.unsent + ends.pending;
  const growth = segment.inFlightEnd - segment.inFlightStart;
  const judged = judgeWindow(
    { planned: segment.plannedCount, bad, lost: ends.lost, errors: ends.errors, growth },
    context.objective,
    step.growthRule && !window.curtailed,
  );
  const fault = generatorFault(
    {
      intended: segment.slots,
      unsentByUs: window.unsentByUs,
      latenessP99Ms: health.latenessP99Ms,
      latenessP999Ms: health.latenessP999Ms,
      loopDelayMaxMs: health.loopDelayMaxMs,
      cpuRatio: health.cpuRatio,
      unaccounted: segment.slots - ends.good - bad,
    },
    context.objective.deadlineMs,
  );
  const overloaded = driven.settleAborted
    ? { verdict: "bad" as const, reason: "overload while settling: most messages late or lost" }
    : judged;
  const latencyMs = latency.quantiles();
  const serviceMs = service.quantiles();
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
    planned: segment.plannedCount,
    intended: segment.slots,
    sent: segment.slots - ends.unsent,
    acknowledged: Math.min(segment.acknowledged, segment.slots),
    ...ends,
    duplicated: segment.duplicated,
    reordered: segment.reordered,
    inFlightStart: segment.inFlightStart,
    inFlightEnd: segment.inFlightEnd,
    deliveredPerSec: measuredMs === 0 ? 0 : round((segment.arrivals * 1000) / measuredMs),
    ...(latencyMs === undefined ? {} : { latencyMs }),
    ...(serviceMs === undefined ? {} : { serviceMs }),
    errorClasses: Object.fromEntries(segment.errorClasses),
    curtailed: window.curtailed,
    hard: overloaded.verdict === "bad" && window.hard && fault === undefined,
    verdict: fault === undefined ? overloaded.verdict : "invalid",
    reason: fault ?? overloaded.reason,
    health,
  };
}

/** What the search may know of a stored trial; regrading starts from here too. */
export function toOutcome(trial: Trial): WindowOutcome {
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

const round = (value: number) => Math.round(value * 1000) / 1000;
