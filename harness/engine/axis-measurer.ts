import type { Observation, Step } from "#grader/capacity/step.ts";
import type { RayId } from "#grader/contracts/axis.ts";
import type { Objective } from "#grader/contracts/objective.ts";
import type { GeneratorHealth, Trial } from "#grader/contracts/trial.ts";
import type { SparseHistogram } from "#harness/store/rows.ts";
import type { SessionControl } from "../axes/session-control.ts";
import type { LoadStep } from "./measure-step.ts";
import type { StepEngine } from "./step-engine.ts";

export type DrainStep = Extract<Step, { kind: "drain" }>;

/** Where a step stands in its run. */
export interface StepContext {
  readonly runId: string;
  readonly stepNumber: number;
  /** Index of the step's first trial in the run. */
  readonly firstIndex: number;
  readonly signal: AbortSignal;
}

/** What happened on the wire since the last look; taken about once a second. */
export interface SecondCounts {
  readonly intended: number;
  readonly sent: number;
  readonly delivered: number;
  readonly good: number;
  readonly late: number;
  readonly lost: number;
  readonly errors: number;
  readonly unsent: number;
  readonly inFlight: number;
  readonly latency: SparseHistogram;
  readonly latencyP99Ms: number;
  readonly health: GeneratorHealth;
}

/** Asked before and after a step: what made its judgement impossible, though the load was offered. */
export interface StepSpoils {
  begin(): void;
  fault(): string | undefined;
}

/** Measures one axis, or all at once: does the steps that a search asks for, and decides nothing. */
export interface AxisMeasurer extends AsyncDisposable {
  readonly axis: RayId;
  /** Of several axes at once, that of the one with the least time to spare. */
  readonly objective: Objective;
  readonly unitsConnected: number;
  /** Provisions and connects what `load` needs; not part of any measured time. */
  prepare(load: number, signal: AbortSignal): Promise<void>;
  measure(
    step: LoadStep,
    context: StepContext,
  ): Promise<{ readonly trials: readonly Trial[]; readonly observation: Observation }>;
  /** Offers nothing until nothing is in flight, then stays quiet. */
  drain(step: DrainStep, context: StepContext): Promise<{ trial: Trial; observation: Observation }>;
  takeSecond(): Promise<SecondCounts>;
  /** What drives its steps, where those are of single messages or requests. */
  readonly engine?: StepEngine | undefined;
  /** What may spoil its steps besides the generator's health. */
  readonly spoils?: StepSpoils | undefined;
  /** The Units' sessions, where a run of given load may keep and disturb them. */
  readonly sessions?: SessionControl | undefined;
}
