import type { GeneratorHealth } from "#grader/contracts/trial.ts";
import type { SecondCounts } from "../engine/axis-measurer.ts";
import type { DrivenStep, LoadStep } from "../engine/measure-step.ts";
import type { StepEngine } from "../engine/step-engine.ts";
import type { StepTies } from "../engine/step-ties.ts";
import type { Crew } from "./crew.ts";
import type { OutCount, WorkAxis } from "./shard.ts";

/** What every axis that a crew drives has in common. The crew outlives it: the next axis uses it. */
export abstract class CrewEngine implements StepEngine {
  abstract readonly axis: WorkAxis;
  readonly #crew: Crew;

  constructor(crew: Crew) {
    this.#crew = crew;
  }

  get unitsConnected(): number {
    return this.#crew.connected;
  }

  abstract prepare(load: number, signal: AbortSignal): Promise<void>;
  abstract drive(
    step: LoadStep,
    stepNumber: number,
    signal: AbortSignal,
    ties?: StepTies,
  ): Promise<DrivenStep>;

  out(signal: AbortSignal): Promise<OutCount> {
    return this.#crew.out(this.axis, signal);
  }

  forget(signal: AbortSignal): Promise<void> {
    return this.#crew.forget(this.axis, signal);
  }

  health(signal: AbortSignal): Promise<GeneratorHealth> {
    return this.#crew.health(signal);
  }

  takeSecond(): Promise<SecondCounts> {
    return this.#crew.takeSecond(this.axis);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}
