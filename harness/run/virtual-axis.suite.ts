import { createVirtualMeasurer } from "#grader/capacity/sim/virtual-measurer.ts";
import { createVirtualTarget } from "#grader/capacity/sim/virtual-target.ts";
import { sfc32 } from "#grader/capacity/sim/random.ts";
import { ALL_SCENARIOS, type ScenarioId } from "#grader/capacity/sim/scenarios.ts";
import type { Observation, Step, WindowOutcome } from "#grader/capacity/step.ts";
import type { RayId } from "#grader/contracts/axis.ts";
import { Objective } from "#grader/contracts/objective.ts";
import type { Trial } from "#grader/contracts/trial.ts";
import { drainTrial } from "../engine/drain-trial.ts";
import type { AxisMeasurer, StepContext } from "../engine/axis-measurer.ts";
import { toObservation } from "../measure/to-trial.ts";

export const HEALTHY = {
  latenessP50Ms: 0.1,
  latenessP99Ms: 0.5,
  latenessP999Ms: 1,
  unsentRatio: 0,
  loopDelayMaxMs: 2,
  cpuRatio: 0.1,
  rssBytes: 1e8,
  openSockets: 10,
};

/** Messages a window is said to have had: enough that its ratios survive being counted. */
const PLANNED = 1_000_000;

/** Measures a simulated target in no time, and leaves trials as a real one does. */
export function virtualAxis(axis: RayId, scenario: ScenarioId, seed: number): AxisMeasurer {
  const answer = createVirtualMeasurer(createVirtualTarget(ALL_SCENARIOS[scenario], sfc32(seed)));
  return {
    axis,
    objective: Objective.parse({ axis: "relay", deadlineMs: 250, maxLostRatio: 0.001 }),
    unitsConnected: 2,
    prepare: () => Promise.resolve(),
    measure: (step, context) => {
      const seen = answer(step);
      const trials = trialsOf(axis, step, seen, context);
      return Promise.resolve({ trials, observation: toObservation(trials) });
    },
    drain: (step, context) => {
      const observation = answer(step);
      if (observation.kind !== "drain") throw new Error("a drain was answered by load");
      const { drained, elapsedMs } = observation;
      const facts = { context, axis, drained, elapsedMs, startedAtWallMs: 0, health: HEALTHY };
      return Promise.resolve({ trial: drainTrial(facts), observation });
    },
    takeSecond: () => Promise.reject(new Error("no seconds here")),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

type Loaded = Extract<Step, { kind: "load" }>;

function trialsOf(axis: RayId, step: Loaded, seen: Observation, context: StepContext): Trial[] {
  if (seen.kind !== "load") throw new Error("load was answered by a drain");
  return seen.windows.map((window, at) => ({
    ...countsOf(window),
    runId: context.runId,
    axis,
    index: context.firstIndex + at,
    step: context.stepNumber,
    phase: step.phase,
    load: step.load,
    startedAtMs: 0,
    measuredMs: window.measuredMs,
    stepElapsedMs: seen.elapsedMs,
    stepHarmSec: seen.harmSec,
    hard: window.hard,
    verdict: window.valid ? (window.good ? "good" : "bad") : "invalid",
    reason: "simulated",
    health: HEALTHY,
  }));
}

function countsOf({ badRatio, growthRatio, deliveredPerSec }: WindowOutcome) {
  const late = Math.min(PLANNED, Math.round(badRatio * PLANNED));
  const growth = Math.round(growthRatio * PLANNED);
  return {
    planned: PLANNED,
    intended: PLANNED,
    sent: PLANNED,
    acknowledged: PLANNED,
    good: PLANNED - late,
    late,
    lost: 0,
    errors: 0,
    unsent: 0,
    pending: 0,
    duplicated: 0,
    reordered: 0,
    inFlightStart: Math.max(0, -growth),
    inFlightEnd: Math.max(0, growth),
    deliveredPerSec,
    errorClasses: {},
    curtailed: false,
  };
}
