import type { Objective } from "#grader/contracts/objective.ts";
import type { DrivenStep, LoadStep } from "../engine/measure-step.ts";
import type { StepTies } from "../engine/step-ties.ts";
import { LoadstoneError } from "../errors.ts";
import type { Clock } from "../load/clock.ts";
import { connectCrew } from "./connect-crew.ts";
import type { Crew } from "./crew.ts";
import { CrewEngine } from "./crew-engine.ts";
import type { OutCount } from "./shard.ts";
import type { Seen, WrittenAxis, WrittenWork } from "./written-kind.ts";

/** Reads back, in the main thread, what Units published. Its cost is its own to bound. */
export interface FarReader {
  /** Makes ready what the first `units` Units publish to; for those that are not, once. */
  prepare(units: number, signal: AbortSignal): Promise<void>;
  /**
   * Reads round and round what is new of the first `units` Units, each message told once for every
   * time it is there, until the signal. Only a fault that no later look can mend is thrown.
   */
  read(units: number, tell: (seen: readonly Seen[]) => void, signal: AbortSignal): Promise<void>;
}

/** How many streams were new to the target, and how long it took until all of them were seen. */
export interface Primed {
  readonly fresh: number;
  readonly tookMs: number;
}

export interface WrittenOptions {
  readonly crew: Crew;
  readonly reader: FarReader;
  readonly objective: Objective;
  readonly clock: Clock;
  /** How many Units a load needs: even, because they come in pairs. */
  readonly unitsFor: (load: number) => number;
  /** Units that may be made ready beside these, from how fast the new ones were. */
  readonly moreUnits?: (load: number, primed: Primed) => number;
  readonly work: Omit<WrittenWork, "axis" | "units">;
  /** What is settled anew for each step; may take its time, which counts for nothing. */
  readonly beforeStep?: (
    units: number,
    step: LoadStep,
    signal: AbortSignal,
  ) => Promise<Partial<WrittenWork>>;
  /** Least settle before a window whose growth is judged: until reading back has come to be even. */
  readonly settleMs: number;
  /** First publishes a second; each may cost an instance one access check of its backend. */
  readonly primesPerSec?: number | undefined;
  /** First publishes that may be out and not seen yet; without it any number. */
  readonly primesOut?: number | undefined;
  /** How long one of them may take, where the target takes them one after the other. */
  readonly primeEachMs?: number | undefined;
  /** What nothing was read back of, for messages. */
  readonly silence: { readonly what: string; readonly hint: string };
  /** What is connected to, for messages. */
  readonly address: string;
  readonly onProgress?: ((message: string) => void) | undefined;
}

const DEFAULT_PRIMES_PER_SEC = 200;

/** Units publish to a service of the instance; done is what can be read back of it. */
export class WrittenEngine extends CrewEngine {
  readonly axis: WrittenAxis;
  readonly #options: WrittenOptions;
  #units = 0;
  #primed: Primed = { fresh: 0, tookMs: 0 };
  #reading: { readonly stop: AbortController; readonly ended: Promise<void> } | undefined;
  #readFault: unknown;
  #driving = 0;
  /** What the next step is to be driven with, once it was waited for. */
  #ready: Partial<WrittenWork> | undefined;

  constructor(axis: WrittenAxis, options: WrittenOptions) {
    super(options.crew);
    this.axis = axis;
    this.#options = options;
  }

  /** Connects the Units that `load` needs, and has each be read back once. */
  async prepare(load: number, signal: AbortSignal): Promise<void> {
    const { unitsFor, moreUnits } = this.#options;
    await this.#makeReady(unitsFor(load), signal);
    const more = moreUnits?.(load, this.#primed) ?? 0;
    if (more > this.#units) await this.#makeReady(more, signal);
  }

  /** Each is primed as soon as it is connected: the one need not wait for the other. */
  async #makeReady(units: number, signal: AbortSignal): Promise<void> {
    const { crew, reader, clock, primesPerSec = DEFAULT_PRIMES_PER_SEC } = this.#options;
    const { primesOut: mostOut, primeEachMs: eachMs } = this.#options;
    await crew.provision(units, signal);
    await reader.prepare(units, signal);
    this.#units = units;
    await this.#stopReading();
    this.#startReading();
    const primes = { work: this.#work, primesPerSec, mostOut, eachMs };
    const startedAtMs = clock.now();
    const failed = new AbortController();
    const both = AbortSignal.any([signal, failed.signal]);
    const connecting = connectCrew(this.#options, units, signal).catch((error: unknown) => {
      failed.abort(error);
      throw error;
    });
    const [{ silent, fresh }] = await Promise.all([crew.primeWritten(primes, both), connecting]);
    this.#primed = { fresh, tookMs: clock.now() - startedAtMs };
    this.#throwFault();
    if (silent === 0) return;
    const { what, hint } = this.#options.silence;
    throw new LoadstoneError("TARGET_ANSWER_INVALID", `of ${silent} of ${fresh} ${what}`, { hint });
  }

  async ready(step: LoadStep, signal: AbortSignal): Promise<void> {
    const settled = { ...step, settleMs: this.#settleMs(step) };
    this.#ready = (await this.#options.beforeStep?.(this.#units, settled, signal)) ?? {};
  }

  async drive(
    step: LoadStep,
    stepNumber: number,
    signal: AbortSignal,
    ties?: StepTies,
  ): Promise<DrivenStep> {
    const { crew, objective } = this.#options;
    const settled = { ...step, settleMs: this.#settleMs(step) };
    if (this.#ready === undefined) await this.ready(step, signal);
    const anew = this.#ready;
    this.#ready = undefined;
    this.#startReading();
    this.#driving++;
    try {
      const order = {
        work: { ...this.#work, ...anew },
        step: settled,
        stepNumber,
        objective,
        ties,
      };
      return await crew.drive(order, signal);
    } finally {
      this.#driving--;
      this.#throwFault();
    }
  }

  /** Reading goes on while anything is out. */
  override async out(signal: AbortSignal): Promise<OutCount> {
    this.#throwFault();
    const out = await super.out(signal);
    if (out.inFlight === 0 && this.#driving === 0) await this.#stopReading();
    return out;
  }

  override async forget(signal: AbortSignal): Promise<void> {
    await super.forget(signal);
    if (this.#driving === 0) await this.#stopReading();
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await this.#stopReading();
  }

  get leastSettleMs(): number {
    return this.#options.settleMs;
  }

  get #work(): WrittenWork {
    return { axis: this.axis, units: this.#units, ...this.#options.work };
  }

  #settleMs({ settleMs, growthRule }: LoadStep): number {
    return growthRule ? Math.max(settleMs, this.#options.settleMs) : settleMs;
  }

  #startReading(): void {
    if (this.#reading !== undefined) return;
    const { crew, reader } = this.#options;
    const stop = new AbortController();
    const tell = (seen: readonly Seen[]) => crew.arrived({ axis: this.axis, seen });
    const ended = reader.read(this.#units, tell, stop.signal).catch((error: unknown) => {
      if (!stop.signal.aborted) this.#readFault = error;
    });
    this.#reading = { stop, ended };
  }

  async #stopReading(): Promise<void> {
    const reading = this.#reading;
    this.#reading = undefined;
    reading?.stop.abort(new Error("nothing is out any more"));
    await reading?.ended;
  }

  #throwFault(): void {
    if (this.#readFault !== undefined) throw this.#readFault;
  }
}
