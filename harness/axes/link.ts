import type { Observation } from "#grader/capacity/step.ts";
import type { Objective } from "#grader/contracts/objective.ts";
import type { GeneratorHealth, Trial } from "#grader/contracts/trial.ts";
import type {
  AxisMeasurer,
  DrainStep,
  SecondCounts,
  StepContext,
} from "../engine/axis-measurer.ts";
import type { DrivenStep, LoadStep } from "../engine/measure-step.ts";
import { SlotMeasurer } from "../engine/slot-measurer.ts";
import { GUARD } from "../engine/verdict.ts";
import type { Clock } from "../load/clock.ts";
import { toObservation, toTrials } from "../measure/to-trial.ts";
import type { Crew } from "./crew.ts";
import { CrewEngine } from "./crew-engine.ts";
import { judgeLink } from "./link-verdict.ts";
import type { UnitTally } from "./unit-tally.ts";

export interface LinkOptions {
  readonly crew: Crew;
  readonly objective: Objective;
  readonly clock: Clock;
  /** CONNECT to the last SUBACK may take this long. */
  readonly connectDeadlineMs: number;
}

/** The canaries end this long before the hold does, so that each can still arrive. */
const CANARY_MARGIN_MS = 1000;
const LEAST_CANARY_MS = 1000;
/** Connecting costs more than holding; a core this busy makes connects slow by itself. */
const MAX_CONNECT_CPU = 0.9;

/** The canaries of a hold, each from a Unit that has somebody to hear it. */
class CanaryEngine extends CrewEngine {
  readonly axis = "link" as const;
  senders: readonly number[] = [];
  readonly #options: LinkOptions;

  constructor(options: LinkOptions) {
    super(options.crew);
    this.#options = options;
  }

  /** Only makes the Units: connecting them is what this axis measures. */
  prepare(load: number, signal: AbortSignal): Promise<void> {
    return this.#options.crew.provision(load, signal);
  }

  drive(step: LoadStep, stepNumber: number, signal: AbortSignal): Promise<DrivenStep> {
    const { crew, objective } = this.#options;
    const work = { axis: "link", senders: this.senders } as const;
    return crew.drive({ work, step, stepNumber, objective }, signal);
  }
}

/**
 * Holds a number of Units connected and proves that each is alive: it connected and subscribed in
 * time, stayed, and its one canary message of the hold reached its partner within the deadline.
 */
export class LinkMeasurer implements AxisMeasurer {
  readonly axis = "link" as const;
  readonly objective: Objective;
  readonly #options: LinkOptions;
  readonly #engine: CanaryEngine;
  readonly #canaries: SlotMeasurer;

  constructor(options: LinkOptions) {
    const { objective, clock } = options;
    this.#options = options;
    this.objective = objective;
    this.#engine = new CanaryEngine(options);
    this.#canaries = new SlotMeasurer({ engine: this.#engine, objective, clock });
  }

  get unitsConnected(): number {
    return this.#engine.unitsConnected;
  }

  prepare(load: number, signal: AbortSignal): Promise<void> {
    return this.#engine.prepare(load, signal);
  }

  async measure(step: LoadStep, context: StepContext) {
    const { crew, clock, connectDeadlineMs } = this.#options;
    const { signal } = context;
    const { load } = step;
    const startedAtMs = clock.now();
    signal.throwIfAborted();
    await crew.reduce(load, signal);
    const fault = await this.#connect(load, signal);
    const senders = await crew.paired(load, signal);
    this.#engine.senders = senders;
    const canaryStep = canariesOf(step, senders.length);
    const driven = await this.#canaries.drive(canaryStep, context.stepNumber, signal);
    signal.throwIfAborted();
    const canaries = toTrials(driven, canaryStep, { ...context, objective: this.objective });
    const tally = await crew.tally({ count: load, connectDeadlineMs }, signal);
    const elapsedMs = Math.round(clock.now() - startedAtMs);
    const trials = canaries.map((canary) => this.#asLink(canary, load, elapsedMs, tally, fault));
    const observation: Observation = toObservation(trials);
    return { trials, observation };
  }

  drain(step: DrainStep, context: StepContext) {
    return this.#canaries.drain(step, context);
  }

  takeSecond(): Promise<SecondCounts> {
    return this.#canaries.takeSecond();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#canaries[Symbol.asyncDispose]();
  }

  /** What our own process did wrong while connecting, if anything. */
  async #connect(count: number, signal: AbortSignal): Promise<string | undefined> {
    const { crew, connectDeadlineMs } = this.#options;
    await crew.health(signal);
    await crew.connect(count, signal);
    return connectFault(await crew.health(signal), connectDeadlineMs);
  }

  /** A canary trial, read as one of Units. */
  #asLink(
    canary: Trial,
    load: number,
    elapsedMs: number,
    tally: UnitTally,
    faultOfConnecting: string | undefined,
  ): Trial {
    const { good, late, lost, errors, unsent, pending } = tally;
    // Without a single canary the hold's own health decides nothing.
    const holdFault =
      canary.verdict === "invalid" && canary.planned > 0 ? canary.reason : undefined;
    return {
      ...canary,
      load,
      planned: load,
      intended: load,
      sent: load - unsent,
      good,
      late,
      lost,
      errors,
      unsent,
      pending,
      stepElapsedMs: elapsedMs,
      errorClasses: { ...canary.errorClasses, ...tally.classes },
      ...judgeLink(load, tally, this.objective, {
        holdFault,
        connectFault: faultOfConnecting,
      }),
    };
  }
}

/** One canary a Unit, spread over the hold. */
function canariesOf(step: LoadStep, senders: number): LoadStep {
  const windowMs = Math.max(LEAST_CANARY_MS, step.windowMs - CANARY_MARGIN_MS);
  const load = (senders * 1000) / windowMs;
  return { ...step, load, settleMs: 0, windowMs, windows: 1, curtail: false, growthRule: false };
}

function connectFault(health: GeneratorHealth, connectDeadlineMs: number): string | undefined {
  const { loopDelayMaxMs, cpuRatio } = health;
  if (loopDelayMaxMs > GUARD.maxLoopDelay * connectDeadlineMs) {
    return `the generator stalled for ${loopDelayMaxMs.toFixed(0)} ms while connecting`;
  }
  if (cpuRatio > MAX_CONNECT_CPU) {
    return `the generator used ${(cpuRatio * 100).toFixed(0)} % of a core while connecting`;
  }
  return undefined;
}
