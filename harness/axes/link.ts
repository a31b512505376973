import type { Observation } from "#grader/capacity/step.ts";
import type { Objective } from "#grader/contracts/objective.ts";
import type { GeneratorHealth, Trial } from "#grader/contracts/trial.ts";
import type {
  AxisMeasurer,
  DrainStep,
  SecondCounts,
  StepContext,
} from "../engine/axis-measurer.ts";
import type { LoadStep } from "../engine/measure-step.ts";
import { SlotMeasurer } from "../engine/slot-measurer.ts";
import { GUARD } from "../engine/verdict.ts";
import type { Clock } from "../load/clock.ts";
import { HealthWatch, type OpenProbe } from "../measure/generator-health.ts";
import { toObservation, toTrials } from "../measure/to-trial.ts";
import { CanaryDriver } from "./canary.ts";
import type { ConnectedUnits } from "./connected-units.ts";
import type { ConnectOutcome } from "./connections.ts";
import { judgeLink } from "./link-verdict.ts";
import { partnerOf } from "./unit-source.ts";
import { tallyUnits, type UnitTally } from "./unit-tally.ts";

export interface LinkOptions {
  readonly units: ConnectedUnits;
  readonly objective: Objective;
  readonly clock: Clock;
  readonly seed: number;
  /** CONNECT to the last SUBACK may take this long. */
  readonly connectDeadlineMs: number;
  /** Our own process, unless a test says otherwise. */
  readonly openProbe?: OpenProbe;
}

/** The canaries end this long before the hold does, so that each can still arrive. */
const CANARY_MARGIN_MS = 1000;
const LEAST_CANARY_MS = 1000;
/** Connecting costs more than holding; a core this busy makes connects slow by itself. */
const MAX_CONNECT_CPU = 0.9;

interface Connected {
  readonly outcomes: readonly ConnectOutcome[];
  /** What our own process did wrong meanwhile. */
  readonly fault: string | undefined;
}

/**
 * Holds a number of Units connected and proves that each is alive: it connected and subscribed in
 * time, stayed, and its one canary message of the hold reached its partner within the deadline.
 */
export class LinkMeasurer implements AxisMeasurer {
  readonly axis = "link" as const;
  readonly objective: Objective;
  readonly #options: LinkOptions;
  readonly #canaries: SlotMeasurer;
  readonly #driver: CanaryDriver;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.objective = options.objective;
    this.#driver = new CanaryDriver(options.units);
    this.#canaries = new SlotMeasurer({
      driver: this.#driver,
      objective: options.objective,
      clock: options.clock,
      pacer: (_perSec, durationMs) => evenly(this.#driver.senders.length, durationMs),
      seed: options.seed,
      ...(options.openProbe === undefined ? {} : { openProbe: options.openProbe }),
    });
  }

  get unitsConnected(): number {
    return this.#options.units.connected;
  }

  /** Only makes the Units: connecting them is what this axis measures. */
  prepare(load: number, signal: AbortSignal): Promise<void> {
    return this.#options.units.provision(load, signal);
  }

  async measure(step: LoadStep, context: StepContext) {
    const { units, clock } = this.#options;
    const { signal } = context;
    const startedAtMs = clock.now();
    units.listen(this.#driver);
    await units.reduce(step.load);
    signal.throwIfAborted();
    const connected = await this.#connect(step.load, signal);
    signal.throwIfAborted();
    this.#driver.senders = this.#pairedAmong(step.load);
    const canaryStep = canariesOf(step, this.#driver.senders.length);
    const driven = await this.#canaries.drive(canaryStep, context.stepNumber, signal);
    signal.throwIfAborted();
    const canaries = toTrials(driven, canaryStep, { ...context, objective: this.objective });
    const tally = this.#tally(step.load, connected.outcomes);
    const elapsedMs = Math.round(clock.now() - startedAtMs);
    const trials = canaries.map((canary) =>
      this.#asLink(canary, step.load, elapsedMs, tally, connected.fault),
    );
    const observation: Observation = toObservation(trials);
    return { trials, observation };
  }

  drain(step: DrainStep, context: StepContext) {
    return this.#canaries.drain(step, context);
  }

  takeSecond(): SecondCounts {
    return this.#canaries.takeSecond();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#canaries[Symbol.asyncDispose]();
  }

  async #connect(count: number, signal: AbortSignal): Promise<Connected> {
    const { units, clock, connectDeadlineMs, openProbe } = this.#options;
    using watch = new HealthWatch(() => clock.now(), openProbe);
    const outcomes = await units.connect(count, signal);
    const health = watch.take({ intended: 0, unsent: 0, openSockets: units.connected });
    return { outcomes, fault: connectFault(health, connectDeadlineMs) };
  }

  #isOpen(index: number): boolean {
    return this.#options.units.unit(index)?.closed === false;
  }

  #pairedAmong(count: number): number[] {
    const indexes = Array.from({ length: count }, (_, index) => index);
    return indexes.filter((index) => this.#isOpen(index) && this.#isOpen(partnerOf(index)));
  }

  #tally(count: number, outcomes: readonly ConnectOutcome[]): UnitTally {
    return tallyUnits({
      count,
      outcomes,
      connectDeadlineMs: this.#options.connectDeadlineMs,
      isOpen: (index) => this.#isOpen(index),
      canary: (index) => this.#driver.endOf(index),
    });
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

const evenly = (count: number, durationMs: number): Float64Array =>
  Float64Array.from({ length: count }, (_, at) => (at * durationMs) / count);

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
