import type { Step } from "#grader/capacity/step.ts";
import type { Objective } from "#grader/contracts/objective.ts";
import type { GeneratorHealth } from "#grader/contracts/trial.ts";
import { wholeStep } from "../measure/merge.ts";
import type { SegmentValue } from "../measure/segment.ts";
import { Conductor } from "./conductor.ts";
import { type PartOptions, StepPart } from "./step-part.ts";
import type { StepTies } from "./step-ties.ts";

export type LoadStep = Extract<Step, { kind: "load" }>;

/** One driven segment and the generator's health in it. */
export interface DrivenWindow {
  readonly segment: SegmentValue;
  readonly startedAtWallMs: number;
  readonly curtailed: boolean;
  readonly hard: boolean;
  /** Slots never sent through our own fault. */
  readonly unsentByUs: number;
  readonly health: GeneratorHealth;
}

export interface DrivenStep {
  /** At least one, unless the run was stopped by hand. */
  readonly windows: readonly DrivenWindow[];
  /** The settle was aborted as plain overload; `windows` then holds the settle alone. */
  readonly settleAborted: boolean;
  /** Why the driver could go on no longer, if it could not. */
  readonly broken: string | null;
  readonly elapsedMs: number;
  readonly harmSec: number;
}

export interface MeasureOptions extends PartOptions {
  readonly objective: Objective;
  /** Other axes whose steps are driven at the same time. */
  readonly ties?: StepTies | undefined;
}

/**
 * Drives one load step in this thread alone: settle, then its windows back to back, then waits until
 * every deadline has passed. Decides nothing but when to stop early; judging is `judgeWindow`'s.
 */
export async function measureStep(
  step: LoadStep,
  stepNumber: number,
  options: MeasureOptions,
): Promise<DrivenStep> {
  const { clock, objective, ties } = options;
  const { maxBadRatio, badSlack, deadlineMs } = objective;
  const conductor = new Conductor({ step, maxBadRatio, badSlack, leadMs: ties?.leadMs ?? 0 });
  const startedAtMs = clock.now();
  const hear =
    ties?.tie(conductor, (cut) => part.cut(cut)) ??
    ((tally, nowMs) => conductor.hear(tally, nowMs));
  const part = new StepPart(step, stepNumber, { ...options, deadlineMs, onTally: hear });
  const driven = await part.drive(ties?.startMs ?? startedAtMs);
  return wholeStep(conductor, [driven], clock.now() - startedAtMs);
}
