import type { GeneratorHealth } from "#grader/contracts/trial.ts";
import type { Objective } from "#grader/contracts/objective.ts";
import type { AxisDriver, LoneDriver } from "../axes/driver.ts";
import type { OutCount } from "../axes/shard.ts";
import type { Clock } from "../load/clock.ts";
import { hashName, seededRandom } from "../load/random.ts";
import type { OpenWake } from "../load/ticker.ts";
import { HealthWatch, type OpenProbe } from "../measure/generator-health.ts";
import type { Ledger } from "../measure/ledger.ts";
import { SecondSampler } from "../measure/second-sampler.ts";
import type { Pacer } from "../plan/pacer.ts";
import type { SecondCounts } from "./axis-measurer.ts";
import { type DrivenStep, type LoadStep, measureStep } from "./measure-step.ts";
import type { StepEngine } from "./step-engine.ts";
import type { StepTies } from "./step-ties.ts";

export interface ThreadEngineOptions {
  /** One that cannot get ready by itself must be. */
  readonly driver: AxisDriver | LoneDriver;
  readonly objective: Objective;
  readonly clock: Clock;
  readonly pacer: Pacer;
  /** Real time and our own process, unless a test says otherwise. */
  readonly openWake?: OpenWake;
  readonly openProbe?: OpenProbe;
  readonly seed: number;
}

/** Drives an axis in this thread alone. */
export class ThreadEngine implements StepEngine {
  readonly axis;
  readonly #options: ThreadEngineOptions;
  readonly #sampler: SecondSampler;
  readonly #watch: HealthWatch;
  #ledger: Ledger | undefined;

  constructor(options: ThreadEngineOptions) {
    const now = () => options.clock.now();
    this.axis = options.driver.axis;
    this.#options = options;
    this.#sampler = new SecondSampler(now, options.openProbe);
    this.#watch = new HealthWatch(now, options.openProbe);
  }

  get unitsConnected(): number {
    return this.#options.driver.unitsConnected;
  }

  async prepare(load: number, signal: AbortSignal): Promise<void> {
    const { driver } = this.#options;
    if ("prepare" in driver) await driver.prepare(load, signal);
  }

  drive(
    step: LoadStep,
    stepNumber: number,
    signal: AbortSignal,
    ties?: StepTies,
  ): Promise<DrivenStep> {
    const { seed } = this.#options;
    return measureStep(step, stepNumber, {
      ...this.#options,
      signal,
      ties,
      random: (segment) => seededRandom(seed, hashName(this.axis), stepNumber, segment),
      onLedger: (ledger) => {
        this.#ledger = ledger;
        this.#sampler.follow(ledger);
      },
      onLateness: (ms) => this.#sampler.lateness(ms),
    });
  }

  out(): Promise<OutCount> {
    const { pending } = this.#options.driver;
    return Promise.resolve({ inFlight: this.#ledger?.inFlight ?? 0, pending });
  }

  forget(): Promise<void> {
    this.#ledger?.loseAllInFlight();
    this.#options.driver.abandon();
    return Promise.resolve();
  }

  health(): Promise<GeneratorHealth> {
    const { openSockets } = this.#options.driver;
    return Promise.resolve(this.#watch.take({ intended: 0, unsent: 0, openSockets }));
  }

  takeSecond(): Promise<SecondCounts> {
    return Promise.resolve(this.#sampler.take(this.#options.driver.openSockets));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#sampler[Symbol.dispose]();
    this.#watch[Symbol.dispose]();
    await this.#options.driver[Symbol.asyncDispose]();
  }
}
