import type { AxisId } from "#grader/contracts/axis.ts";
import type { GeneratorHealth } from "#grader/contracts/trial.ts";
import type { OutCount } from "../axes/shard.ts";
import type { SecondCounts } from "./axis-measurer.ts";
import type { DrivenStep, LoadStep } from "./measure-step.ts";
import type { StepTies } from "./step-ties.ts";

/** What drives the steps of one axis: this thread, or several others seen as one. */
export interface StepEngine extends AsyncDisposable {
  readonly axis: AxisId;
  readonly unitsConnected: number;
  /** Provisions and connects what `load` needs. */
  prepare(load: number, signal: AbortSignal): Promise<void>;
  /** Waits for what a step needs before its first send, which `drive` else waits for by itself. */
  ready?(step: LoadStep, signal: AbortSignal): Promise<void>;
  /** @param ties those of other axes that are driven at the same time. */
  drive(
    step: LoadStep,
    stepNumber: number,
    signal: AbortSignal,
    ties?: StepTies,
  ): Promise<DrivenStep>;
  /** Least settle before a window whose growth is judged, where the target answers in batches. */
  readonly leastSettleMs?: number;
  out(signal: AbortSignal): Promise<OutCount>;
  /** What is still out will not be waited for any more. */
  forget(signal: AbortSignal): Promise<void>;
  /** Health since this was asked last. */
  health(signal: AbortSignal): Promise<GeneratorHealth>;
  /** Since the last second was taken. */
  takeSecond(): Promise<SecondCounts>;
}
