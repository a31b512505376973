import { setMaxListeners } from "node:events";
import type { Objective } from "#grader/contracts/objective.ts";
import type { GeneratorHealth } from "#grader/contracts/trial.ts";
import type { SecondCounts } from "../engine/axis-measurer.ts";
import { Conductor, type Cut } from "../engine/conductor.ts";
import type { DrivenStep, LoadStep } from "../engine/measure-step.ts";
import type { StepTies } from "../engine/step-ties.ts";
import type { Tally } from "../engine/tally.ts";
import { TallyDesk } from "../engine/tally-desk.ts";
import type { Clock } from "../load/clock.ts";
import { mergeHealth, wholeStep } from "../measure/merge.ts";
import { mergeSeconds } from "../measure/merge-seconds.ts";
import { Histogram } from "../measure/histogram.ts";
import type { FaultOrder, FaultProgress, KeepPlan, SessionCounts } from "./session-control.ts";
import type { PrimeOutcome } from "./prime.ts";
import type { PrimeOrder } from "./relay.ts";
import type {
  ConnectSummary,
  DriveWork,
  HoldOrder,
  OutCount,
  SeenBatch,
  Shard,
  WorkAxis,
  WrittenPrimeOrder,
} from "./shard.ts";
import type { Resting } from "./base-rest.ts";
import type { WrittenAxis } from "./written-kind.ts";
import { isOf, type UnitSource } from "./unit-source.ts";
import { sumUnits, type UnitTally } from "./unit-tally.ts";

export interface CrewOptions {
  /** Each with its share of the Units: shard `i` has share `i`. */
  readonly shards: readonly Shard[];
  readonly source: UnitSource;
  readonly clock: Clock;
  /** Of all threads together. */
  readonly connectsPerSec: number;
  /** Until a cut has surely reached every thread; 0 where they are this one. */
  readonly cutLeadMs?: number;
}

export interface CrewStep {
  readonly work: DriveWork;
  readonly step: LoadStep;
  readonly stepNumber: number;
  readonly objective: Objective;
  /** Other axes whose steps are driven at the same time. */
  readonly ties?: StepTies | undefined;
}

const CUT_LEAD_MS = 100;
/** Until every thread has its order and knows its schedule. */
const START_LEAD_MS = 30;
const START_LEAD_PER_SLOT_MS = 0.0002;
const NOTHING = undefined;

/** The threads that share the Units of a run, seen as one. Decides what only the whole can. */
export class Crew implements AsyncDisposable {
  /** Units connected when a thread told last. */
  connected = 0;
  readonly #options: CrewOptions;
  /** What the threads told of the Units' sessions when a second was taken last. */
  sessions: readonly SessionCounts[] = [];
  faults: readonly FaultProgress[] = [];
  /** Who hears the tallies of the works that are driven. */
  readonly #driven = new Map<WorkAxis, (part: Tally) => void>();
  #given = 0;

  constructor(options: CrewOptions) {
    this.#options = options;
    for (const shard of options.shards) {
      shard.onTally = (axis, part) => this.#driven.get(axis)?.(part);
    }
  }

  get maxUnits(): number {
    return this.#options.source.maxUnits;
  }

  /** Has the first `count` Units made, and each handed to its thread. */
  async provision(count: number, signal: AbortSignal): Promise<void> {
    const { source, shards } = this.#options;
    const units = (await source.ensure(count, signal)).slice(this.#given, count);
    if (units.length === 0) return;
    await this.#all(signal, (shard, both, index) => {
      const share = { index, of: shards.length };
      return shard.give(
        units.filter((unit) => isOf(share, unit.index)),
        both,
      );
    });
    this.#given += units.length;
  }

  /** Connects those of the first `count` Units that are not, in order, at the pace of one. */
  async connect(count: number, signal: AbortSignal): Promise<ConnectSummary> {
    await this.provision(count, signal);
    const missing = await this.#all(signal, (shard, both) => shard.missing(count, both));
    const inOrder = missing.flat().sort((a, b) => a - b);
    const places = new Map(inOrder.map((index, place) => [index, place]));
    const startMs = this.#options.clock.now();
    const gapMs = 1000 / this.#options.connectsPerSec;
    const summaries = await this.#all(signal, (shard, both, at) => {
      const own = (missing[at] ?? []).map((index) => [index, places.get(index) ?? 0] as const);
      return shard.connect({ count, startMs, gapMs, places: own }, both);
    });
    this.connected = sum(summaries.map(({ connected }) => connected));
    return {
      connected: this.connected,
      failed: sum(summaries.map(({ failed }) => failed)),
      firstError: summaries.find(({ firstError }) => firstError !== undefined)?.firstError,
    };
  }

  /** How many of the first `count` Units are not connected. */
  async missing(count: number, signal: AbortSignal): Promise<number> {
    await this.provision(count, signal);
    const missing = await this.#all(signal, (shard, both) => shard.missing(count, both));
    return sum(missing.map(({ length }) => length));
  }

  async reduce(count: number, signal: AbortSignal): Promise<void> {
    this.connected = sum(await this.#all(signal, (shard, both) => shard.reduce(count, both)));
  }

  async prime(order: PrimeOrder, signal: AbortSignal): Promise<PrimeOutcome> {
    return sumPrimes(await this.#all(signal, (shard, both) => shard.prime(order, both)));
  }

  /** Needs somebody to read back meanwhile, and to tell by `arrived`. */
  async primeWritten(order: WrittenPrimeOrder, signal: AbortSignal): Promise<PrimeOutcome> {
    return sumPrimes(await this.#all(signal, (shard, both) => shard.primeWritten(order, both)));
  }

  /** Units that the target would not listen to yet. */
  async resting(axis: WrittenAxis, signal: AbortSignal): Promise<readonly Resting[]> {
    return (await this.#all(signal, (shard, both) => shard.resting(axis, both))).flat();
  }

  /** Those of the first `count` Units that are connected and have somebody to hear them. */
  async paired(count: number, signal: AbortSignal): Promise<readonly number[]> {
    const paired = await this.#all(signal, (shard, both) => shard.paired(count, both));
    return paired.flat().sort((a, b) => a - b);
  }

  async tally(order: HoldOrder, signal: AbortSignal): Promise<UnitTally> {
    return sumUnits(await this.#all(signal, (shard, both) => shard.tally(order, both)));
  }

  /**
   * Drives one step in all threads at once, by one schedule, ended early by one decision. Steps of
   * several axes may be driven at the same time, one of each.
   */
  async drive(crewStep: CrewStep, signal: AbortSignal): Promise<DrivenStep> {
    signal.throwIfAborted();
    const { clock, shards, cutLeadMs = CUT_LEAD_MS } = this.#options;
    const { work, step, stepNumber, objective, ties } = crewStep;
    const { axis } = work;
    const { maxBadRatio, badSlack, deadlineMs } = objective;
    if (this.#driven.has(axis)) throw new Error(`a step of ${axis} is being driven already`);
    const leadMs = ties?.leadMs ?? cutLeadMs;
    const conductor = new Conductor({ step, maxBadRatio, badSlack, leadMs });
    const desk = new TallyDesk(shards.length);
    const cutAll = (cut: Cut) => {
      for (const one of shards) one.cut(axis, cut);
    };
    const hear =
      ties?.tie(conductor, cutAll) ?? ((tally: Tally, now: number) => conductor.hear(tally, now));
    this.#driven.set(axis, (part) => {
      const tally = desk.take(part);
      const cut = tally === undefined ? undefined : hear(tally, clock.now());
      if (cut !== undefined) cutAll(cut);
    });
    const startedAtMs = clock.now();
    const slots = (step.load * Math.max(step.windowMs, step.settleMs)) / 1000;
    const ownStartMs = startedAtMs + START_LEAD_MS + slots * START_LEAD_PER_SLOT_MS;
    const startMs = ties?.startMs ?? ownStartMs;
    const order = { work, step, stepNumber, deadlineMs, startMs };
    try {
      const parts = await this.#all(signal, (shard, both) => shard.drive(order, both));
      return wholeStep(conductor, parts, clock.now() - startedAtMs);
    } finally {
      this.#driven.delete(axis);
    }
  }

  /** Hands what was read back to the threads that sent it. */
  arrived({ axis, seen }: SeenBatch): void {
    const { shards } = this.#options;
    for (const [index, shard] of shards.entries()) {
      const share = { index, of: shards.length };
      const own = shards.length === 1 ? seen : seen.filter(({ unit }) => isOf(share, unit));
      if (own.length > 0) shard.arrived({ axis, seen: own });
    }
  }

  async out(axis: WorkAxis, signal: AbortSignal): Promise<OutCount> {
    const outs = await this.#all(signal, (shard, both) => shard.out(axis, both));
    return {
      inFlight: sum(outs.map(({ inFlight }) => inFlight)),
      pending: sum(outs.map(({ pending }) => pending)),
    };
  }

  async forget(axis: WorkAxis, signal: AbortSignal): Promise<void> {
    await this.#all(signal, (shard, both) => shard.forget(axis, both));
  }

  async health(signal: AbortSignal): Promise<GeneratorHealth> {
    const parts = await this.#all(signal, (shard, both) => shard.health(NOTHING, both));
    return mergeHealth(parts, new Histogram().toValue(), { intended: 0, unsent: 0 });
  }

  async takeSecond(axis: WorkAxis): Promise<SecondCounts> {
    const { signal } = new AbortController();
    const parts = await this.#all(signal, (shard, both) => shard.second(axis, both));
    this.connected = sum(parts.map(({ unitsConnected }) => unitsConnected));
    this.sessions = parts.flatMap(({ sessions }) => sessions ?? []);
    this.faults = parts.flatMap(({ faults }) => faults);
    return mergeSeconds(parts);
  }

  /** Brings back Units whose sessions close, until the signal. */
  async keep(plan: KeepPlan, signal: AbortSignal): Promise<void> {
    await this.#all(signal, (shard, both) => shard.keep(plan, both));
  }

  async disturb(order: FaultOrder): Promise<void> {
    const { signal } = new AbortController();
    await this.#all(signal, (shard, both) => shard.disturb(order, both));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = await Promise.allSettled(
      this.#options.shards.map((shard) => shard[Symbol.asyncDispose]()),
    );
    for (const end of ended) if (end.status === "rejected") throw end.reason;
  }

  /** One job in every thread. The first that fails ends the others' and is what is thrown. */
  async #all<T>(
    signal: AbortSignal,
    job: (shard: Shard, signal: AbortSignal, index: number) => Promise<T>,
  ): Promise<T[]> {
    const failed = new AbortController();
    const both = AbortSignal.any([signal, failed.signal]);
    // As many as Units connect at once, where the shard is in this thread.
    setMaxListeners(0, both);
    const jobs = this.#options.shards.map((shard, index) => job(shard, both, index));
    try {
      return await Promise.all(jobs);
    } catch (error) {
      failed.abort(error);
      await Promise.allSettled(jobs);
      throw error;
    }
  }
}

const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);

const sumPrimes = (outcomes: readonly PrimeOutcome[]): PrimeOutcome => ({
  fresh: sum(outcomes.map(({ fresh }) => fresh)),
  silent: sum(outcomes.map(({ silent }) => silent)),
});
