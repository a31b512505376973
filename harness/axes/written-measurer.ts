import type { Objective } from "#grader/contracts/objective.ts";
import type { Trial } from "#grader/contracts/trial.ts";
import type {
  AxisMeasurer,
  DrainStep,
  SecondCounts,
  StepContext,
} from "../engine/axis-measurer.ts";
import type { LoadStep } from "../engine/measure-step.ts";
import { SlotMeasurer, type SlotMeasurerOptions } from "../engine/slot-measurer.ts";
import { GUARD } from "../engine/verdict.ts";
import { toObservation } from "../measure/to-trial.ts";

export interface WrittenMeasurerOptions extends SlotMeasurerOptions {
  readonly reader: {
    /** Longest time between two readings of the same since this was asked last, milliseconds. */
    takeSlowestMs(): number;
  };
  /** What it should have been. */
  readonly readEveryMs: number;
  /** Told when the axis is closed, e.g. to say what reading back cost. */
  readonly atEnd?: () => void;
}

/**
 * Measures an axis that is read back. What was read late says nothing of when it was there: such a
 * window is ours to answer for.
 */
export class WrittenMeasurer implements AxisMeasurer {
  readonly axis;
  readonly objective: Objective;
  readonly sessions;
  readonly engine;
  /** Reading back that was too slow to judge by. */
  readonly spoils;
  readonly #slots: SlotMeasurer;
  readonly #atEnd: (() => void) | undefined;

  constructor(options: WrittenMeasurerOptions) {
    const { engine, reader, readEveryMs } = options;
    this.#slots = new SlotMeasurer(options);
    this.#atEnd = options.atEnd;
    this.engine = engine;
    this.spoils = {
      begin: () => {
        reader.takeSlowestMs();
      },
      fault: () => readingFault(reader.takeSlowestMs(), readEveryMs, options.objective.deadlineMs),
    };
    this.axis = this.#slots.axis;
    this.objective = options.objective;
    this.sessions = options.sessions;
  }

  get unitsConnected(): number {
    return this.#slots.unitsConnected;
  }

  prepare(load: number, signal: AbortSignal): Promise<void> {
    return this.#slots.prepare(load, signal);
  }

  async measure(step: LoadStep, context: StepContext) {
    this.spoils.begin();
    const { trials: driven } = await this.#slots.measure(step, context);
    const fault = this.spoils.fault();
    const judged = driven.map(asOverload);
    const trials = fault === undefined ? judged : judged.map((trial) => spoiled(trial, fault));
    return { trials, observation: toObservation(trials) };
  }

  drain(step: DrainStep, context: StepContext) {
    return this.#slots.drain(step, context);
  }

  takeSecond(): Promise<SecondCounts> {
    return this.#slots.takeSecond();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#slots[Symbol.asyncDispose]();
    this.#atEnd?.();
  }
}

function readingFault(slowestMs: number, everyMs: number, deadlineMs: number): string | undefined {
  const mostMs = everyMs + GUARD.maxLoopDelay * deadlineMs;
  if (slowestMs <= mostMs) return undefined;
  return `reading back took ${seconds(slowestMs)} from one look to the next, allowed ${seconds(mostMs)}: the API answers too slowly to judge by`;
}

/** Of what was planned; more than this is no stall, as with any window that is not cut short. */
const OVERLOADED = 0.2;

/** Where the deadline is longer than the window, overload shows only when it is over. */
function asOverload(trial: Trial): Trial {
  const { late, lost, errors, unsent, pending, planned, verdict } = trial;
  const bad = late + lost + errors + unsent + pending;
  return verdict === "bad" && bad > OVERLOADED * planned ? { ...trial, hard: true } : trial;
}

const spoiled = (trial: Trial, reason: string): Trial =>
  trial.verdict === "invalid" ? trial : { ...trial, verdict: "invalid", reason };

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
