import type { RayId } from "#grader/contracts/axis.ts";
import type { GeneratorHealth, Trial } from "#grader/contracts/trial.ts";
import type { StepContext } from "./axis-measurer.ts";

interface DrainFacts {
  readonly context: StepContext;
  readonly axis: RayId;
  readonly drained: boolean;
  readonly elapsedMs: number;
  readonly startedAtWallMs: number;
  readonly health: GeneratorHealth;
}

/** A drain as a stored trial, so that a search can be replayed whole from the store. */
export function drainTrial(facts: DrainFacts): Trial {
  const { context, axis, drained, elapsedMs, startedAtWallMs, health } = facts;
  const nothing = {
    planned: 0,
    intended: 0,
    sent: 0,
    acknowledged: 0,
    good: 0,
    late: 0,
    lost: 0,
    errors: 0,
    unsent: 0,
    pending: 0,
    duplicated: 0,
    reordered: 0,
    inFlightStart: 0,
    inFlightEnd: 0,
    deliveredPerSec: 0,
  };
  return {
    runId: context.runId,
    axis,
    index: context.firstIndex,
    step: context.stepNumber,
    phase: "drain",
    load: 0,
    startedAtMs: Math.round(startedAtWallMs),
    measuredMs: elapsedMs,
    stepElapsedMs: elapsedMs,
    ...nothing,
    errorClasses: {},
    curtailed: false,
    hard: !drained,
    verdict: drained ? "good" : "bad",
    reason: drained
      ? "nothing in flight any more"
      : "messages were still in flight when the wait ended",
    health,
  };
}
