import type { Observation } from "#grader/capacity/step.ts";
import type { Objective } from "#grader/contracts/objective.ts";
import type { Trial } from "#grader/contracts/trial.ts";
import type { SessionControl } from "../axes/session-control.ts";
import { type Clock, pause } from "../load/clock.ts";
import { toObservation, toTrials } from "../measure/to-trial.ts";
import type { AxisMeasurer, DrainStep, SecondCounts, StepContext } from "./axis-measurer.ts";
import { emptyEngines } from "./drain-engines.ts";
import { drainTrial } from "./drain-trial.ts";
import { generatorCeilingOf } from "./generator-ceiling.ts";
import type { DrivenStep, LoadStep } from "./measure-step.ts";
import type { StepEngine } from "./step-engine.ts";

export interface SlotMeasurerOptions {
  readonly engine: StepEngine;
  readonly objective: Objective;
  readonly clock: Clock;
  readonly sessions?: SessionControl | undefined;
}

/** Measures an axis whose work is single messages or requests. */
export class SlotMeasurer implements AxisMeasurer {
  readonly axis;
  readonly objective: Objective;
  readonly engine: StepEngine;
  readonly #clock: Clock;
  readonly sessions: SessionControl | undefined;

  constructor({ engine, objective, clock, sessions }: SlotMeasurerOptions) {
    this.sessions = sessions;
    this.axis = engine.axis;
    this.objective = objective;
    this.engine = engine;
    this.#clock = clock;
  }

  get unitsConnected(): number {
    return this.engine.unitsConnected;
  }

  prepare(load: number, signal: AbortSignal): Promise<void> {
    return this.engine.prepare(load, signal);
  }

  async measure(step: LoadStep, context: StepContext) {
    const driven = await this.drive(step, context.stepNumber, context.signal);
    const windows = toTrials(driven, step, { ...context, objective: this.objective });
    const ceiling = generatorCeilingOf(windows);
    const trials = windows.map((trial) => ({ ...trial, ...ceiling }));
    return { trials, observation: toObservation(trials) };
  }

  /** Drives a step without judging it. */
  drive(step: LoadStep, stepNumber: number, signal: AbortSignal): Promise<DrivenStep> {
    return this.engine.drive(step, stepNumber, signal);
  }

  async drain(step: DrainStep, context: StepContext) {
    const clock = this.#clock;
    const startedAtMs = clock.now();
    const startedAtWallMs = clock.wall();
    await this.engine.health(context.signal);
    const drained = await emptyEngines(
      {
        engines: [this.engine],
        clock,
        deadlineMs: this.objective.deadlineMs,
        untilMs: startedAtMs + step.maxMs,
      },
      context.signal,
    );
    await pause(clock, step.quietMs, context.signal);
    const elapsedMs = Math.round(clock.now() - startedAtMs);
    const observation: Observation = { kind: "drain", drained, elapsedMs };
    const facts = { context, axis: this.axis, drained, elapsedMs, startedAtWallMs };
    const health = await this.engine.health(context.signal);
    const trial: Trial = drainTrial({ ...facts, health });
    return { trial, observation };
  }

  takeSecond(): Promise<SecondCounts> {
    return this.engine.takeSecond();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine[Symbol.asyncDispose]();
  }
}
