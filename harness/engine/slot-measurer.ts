import type { Observation } from "#grader/capacity/step.ts";
import type { Objective } from "#grader/contracts/objective.ts";
import type { Trial } from "#grader/contracts/trial.ts";
import type { AxisDriver } from "../axes/driver.ts";
import type { SessionControl } from "../axes/session-control.ts";
import { type Clock, pause } from "../load/clock.ts";
import type { OpenWake } from "../load/ticker.ts";
import { hashName, seededRandom } from "../load/random.ts";
import { HealthWatch, type OpenProbe } from "../measure/generator-health.ts";
import type { Ledger } from "../measure/ledger.ts";
import { SecondSampler } from "../measure/second-sampler.ts";
import { toObservation, toTrials } from "../measure/to-trial.ts";
import type { Pacer } from "../plan/pacer.ts";
import type { AxisMeasurer, DrainStep, SecondCounts, StepContext } from "./axis-measurer.ts";
import { drainTrial } from "./drain-trial.ts";
import { GUARD } from "./verdict.ts";
import { type DrivenStep, type LoadStep, measureStep } from "./measure-step.ts";

export interface SlotMeasurerOptions {
  readonly driver: AxisDriver;
  readonly objective: Objective;
  readonly clock: Clock;
  readonly pacer: Pacer;
  /** Real time and our own process, unless a test says otherwise. */
  readonly openWake?: OpenWake;
  readonly openProbe?: OpenProbe;
  readonly seed: number;
  readonly sessions?: SessionControl;
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

/** Measures an axis whose work is single messages or requests. */
export class SlotMeasurer implements AxisMeasurer {
  readonly axis;
  readonly objective: Objective;
  readonly #options: SlotMeasurerOptions;
  readonly #sampler: SecondSampler;
  #ledger: Ledger | undefined;

  constructor(options: SlotMeasurerOptions) {
    this.#options = options;
    this.axis = options.driver.axis;
    this.objective = options.objective;
    this.#sampler = new SecondSampler(() => options.clock.now(), options.openProbe);
  }

  get sessions(): SessionControl | undefined {
    return this.#options.sessions;
  }

  get unitsConnected(): number {
    return this.#options.driver.unitsConnected;
  }

  prepare(load: number, signal: AbortSignal): Promise<void> {
    return this.#options.driver.prepare(load, signal);
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
    const { driver, objective, clock, pacer, seed, openWake, openProbe } = this.#options;
    return measureStep(step, stepNumber, {
      driver,
      objective,
      clock,
      pacer,
      signal,
      openWake,
      openProbe,
      random: (segment) => seededRandom(seed, hashName(this.axis), stepNumber, segment),
      onLedger: (ledger) => {
        this.#ledger = ledger;
        this.#sampler.follow(ledger);
      },
      onLateness: (ms) => this.#sampler.lateness(ms),
    });
  }

  async drain(step: DrainStep, context: StepContext) {
    const { clock, objective } = this.#options;
    const startedAtMs = clock.now();
    const startedAtWallMs = clock.wall();
    using watch = new HealthWatch(() => clock.now(), this.#options.openProbe);
    const drained = await this.#empty(startedAtMs + step.maxMs, objective.deadlineMs, context);
    await pause(clock, step.quietMs, context.signal);
    const elapsedMs = Math.round(clock.now() - startedAtMs);
    const observation: Observation = { kind: "drain", drained, elapsedMs };
    const facts = { context, axis: this.axis, drained, elapsedMs, startedAtWallMs };
    const { openSockets } = this.#options.driver;
    const health = watch.take({ intended: 0, unsent: 0, openSockets });
    const trial: Trial = drainTrial({ ...facts, health });
    return { trial, observation };
  }

  takeSecond(): SecondCounts {
    return this.#sampler.take(this.#options.driver.openSockets);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#sampler[Symbol.dispose]();
    await this.#options.driver[Symbol.asyncDispose]();
  }

  /** Waits until nothing is in flight; what stays out in silence will not come any more. */
  async #empty(untilMs: number, deadlineMs: number, context: StepContext): Promise<boolean> {
    const ledger = this.#ledger;
    const { clock, driver } = this.#options;
    if (ledger === undefined) return true;
    const out = () => ledger.inFlight + driver.pending;
    let quietSinceMs = clock.now();
    let before = out();
    while (out() > 0) {
      if (out() !== before) {
        before = out();
        quietSinceMs = clock.now();
      }
      const silentMs = clock.now() - quietSinceMs;
      const silent = driver.pending === 0 && silentMs > SILENCE_MS + deadlineMs;
      const late = clock.now() >= untilMs;
      if (silent || late) {
        ledger.loseAllInFlight();
        driver.abandon();
        return !late;
      }
      await pause(clock, 50, context.signal);
    }
    return true;
  }
}
