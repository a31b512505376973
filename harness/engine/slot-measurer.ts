import type { Observation } from "#grader/capacity/step.ts";
import type { Objective } from "#grader/contracts/objective.ts";
import type { Trial } from "#grader/contracts/trial.ts";
import type { SessionControl } from "../axes/session-control.ts";
import { type Clock, pause } from "../load/clock.ts";
import { toObservation, toTrials } from "../measure/to-trial.ts";
import type { AxisMeasurer, DrainStep, SecondCounts, StepContext } from "./axis-measurer.ts";
import { drainTrial } from "./drain-trial.ts";
import type { DrivenStep, LoadStep } from "./measure-step.ts";
import type { StepEngine } from "./step-engine.ts";
import { GUARD } from "./verdict.ts";

export interface SlotMeasurerOptions {
  readonly engine: StepEngine;
  readonly objective: Objective;
  readonly clock: Clock;
  readonly sessions?: SessionControl | undefined;
}

/** Below this share of a core fixed costs dominate, and say nothing of a higher load. */
const TELLING_CPU = 0.22;
/** Where the generator is to stay, with a little room below its limit. */
const WANTED_CPU = 0.93 * GUARD.maxCpuRatio;

/** The load at which the generator would reach its limit, from what these windows cost it. */
function ceilingOf(trials: readonly Trial[]): { generatorCeiling?: number } {
  const dearest = trials.reduce<Trial | undefined>(
    (most, trial) => (trial.health.cpuRatio > (most?.health.cpuRatio ?? 0) ? trial : most),
    undefined,
  );
  if (dearest === undefined || dearest.health.cpuRatio < TELLING_CPU) return {};
  const predicted = (dearest.load * WANTED_CPU) / dearest.health.cpuRatio;
  // A window that counted was within the ceiling, whatever the prediction says.
  return {
    generatorCeiling: dearest.verdict === "invalid" ? predicted : Math.max(predicted, dearest.load),
  };
}

/** Nothing arriving for this long, deadline past: what is still out will not come. */
const SILENCE_MS = 1000;
const LOOK_MS = 50;

/** Measures an axis whose work is single messages or requests. */
export class SlotMeasurer implements AxisMeasurer {
  readonly axis;
  readonly objective: Objective;
  readonly #engine: StepEngine;
  readonly #clock: Clock;
  readonly sessions: SessionControl | undefined;

  constructor({ engine, objective, clock, sessions }: SlotMeasurerOptions) {
    this.sessions = sessions;
    this.axis = engine.axis;
    this.objective = objective;
    this.#engine = engine;
    this.#clock = clock;
  }

  get unitsConnected(): number {
    return this.#engine.unitsConnected;
  }

  prepare(load: number, signal: AbortSignal): Promise<void> {
    return this.#engine.prepare(load, signal);
  }

  async measure(step: LoadStep, context: StepContext) {
    const driven = await this.drive(step, context.stepNumber, context.signal);
    const windows = toTrials(driven, step, { ...context, objective: this.objective });
    const ceiling = ceilingOf(windows);
    const trials = windows.map((trial) => ({ ...trial, ...ceiling }));
    return { trials, observation: toObservation(trials) };
  }

  /** Drives a step without judging it. */
  drive(step: LoadStep, stepNumber: number, signal: AbortSignal): Promise<DrivenStep> {
    return this.#engine.drive(step, stepNumber, signal);
  }

  async drain(step: DrainStep, context: StepContext) {
    const clock = this.#clock;
    const startedAtMs = clock.now();
    const startedAtWallMs = clock.wall();
    await this.#engine.health(context.signal);
    const drained = await this.#empty(startedAtMs + step.maxMs, context.signal);
    await pause(clock, step.quietMs, context.signal);
    const elapsedMs = Math.round(clock.now() - startedAtMs);
    const observation: Observation = { kind: "drain", drained, elapsedMs };
    const facts = { context, axis: this.axis, drained, elapsedMs, startedAtWallMs };
    const health = await this.#engine.health(context.signal);
    const trial: Trial = drainTrial({ ...facts, health });
    return { trial, observation };
  }

  takeSecond(): Promise<SecondCounts> {
    return this.#engine.takeSecond();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#engine[Symbol.asyncDispose]();
  }

  /** Waits until nothing is in flight; what stays out in silence will not come any more. */
  async #empty(untilMs: number, signal: AbortSignal): Promise<boolean> {
    const clock = this.#clock;
    let before = -1;
    let quietSinceMs = clock.now();
    for (;;) {
      const { inFlight, pending } = await this.#engine.out(signal);
      const out = inFlight + pending;
      if (out === 0) return true;
      if (out !== before) {
        before = out;
        quietSinceMs = clock.now();
      }
      const silentMs = clock.now() - quietSinceMs;
      const silent = pending === 0 && silentMs > SILENCE_MS + this.objective.deadlineMs;
      const late = clock.now() >= untilMs;
      if (silent || late) {
        await this.#engine.forget(signal);
        return !late;
      }
      await pause(clock, LOOK_MS, signal);
    }
  }
}
