import type { GeneratorHealth } from "#grader/contracts/trial.ts";
import type { Cut } from "../engine/conductor.ts";
import type { LoadStep } from "../engine/measure-step.ts";
import type { DrivenPart } from "../engine/step-part.ts";
import type { Tally } from "../engine/tally.ts";
import type { SecondPart } from "../measure/merge-seconds.ts";
import type { Arrivals, Pace } from "../plan/pace.ts";
import type { PrimeOrder, PrimeOutcome } from "./relay.ts";
import type { FaultOrder, KeepPlan } from "./session-control.ts";
import type { UnitIdentity } from "./unit-source.ts";
import type { UnitTally } from "./unit-tally.ts";

/** Connects that are one thread's own, each with its place among those of all threads. */
export interface ConnectOrder {
  /** The Units wanted are the first so many of the run. */
  readonly count: number;
  readonly startMs: number;
  readonly gapMs: number;
  readonly places: readonly (readonly [index: number, place: number])[];
}

export interface ConnectSummary {
  readonly connected: number;
  readonly failed: number;
  readonly firstError: string | undefined;
}

/** Who sends, by which schedule. */
export type DriveWork =
  | {
      readonly axis: "relay";
      /** Sends in turn over the first so many Units of the run. */
      readonly units: number;
      readonly arrivals: Arrivals;
      /** Of a whole planned run; without it each window is paced by itself. */
      readonly pace?: Pace;
    }
  | {
      readonly axis: "link";
      /** Each sends once, evenly over the window. */
      readonly senders: readonly number[];
    };

/** One load step. Every thread gets the same order and sends its own part of one schedule. */
export interface DriveOrder {
  readonly work: DriveWork;
  readonly step: LoadStep;
  readonly stepNumber: number;
  readonly startMs: number;
  readonly deadlineMs: number;
}

export interface HoldOrder {
  readonly count: number;
  readonly connectDeadlineMs: number;
}

/** What is still out. */
export interface OutCount {
  /** At the target, as far as we know. */
  readonly inFlight: number;
  /** On our side. */
  readonly pending: number;
}

/** What a thread with a share of the Units does. All of it plain data, so that it can be posted. */
export interface ShardJobs {
  /** Hands over Units, only ever those of the share. */
  give(units: readonly UnitIdentity[], signal: AbortSignal): Promise<void>;
  /** Own Units among the first `count` of the run that are not connected. */
  missing(count: number, signal: AbortSignal): Promise<readonly number[]>;
  connect(order: ConnectOrder, signal: AbortSignal): Promise<ConnectSummary>;
  /** Disconnects all but the first `count`; how many are still connected. */
  reduce(count: number, signal: AbortSignal): Promise<number>;
  /** Has new Units prove that they reach their partners. */
  prime(order: PrimeOrder, signal: AbortSignal): Promise<PrimeOutcome>;
  /** Own Units among the first `count` that are connected, and whose partner is. */
  paired(count: number, signal: AbortSignal): Promise<readonly number[]>;
  /** What became of the own Units of a hold, after its canaries. */
  tally(order: HoldOrder, signal: AbortSignal): Promise<UnitTally>;
  drive(order: DriveOrder, signal: AbortSignal): Promise<DrivenPart>;
  out(nothing: undefined, signal: AbortSignal): Promise<OutCount>;
  /** What is still out will not be waited for any more. */
  forget(nothing: undefined, signal: AbortSignal): Promise<void>;
  /** Brings back Units whose sessions close, until the signal. */
  keep(plan: KeepPlan, signal: AbortSignal): Promise<void>;
  /** Begins a fault among the Units that are kept. */
  disturb(order: FaultOrder, signal: AbortSignal): Promise<void>;
  /** Since the last second was taken. */
  second(nothing: undefined, signal: AbortSignal): Promise<SecondPart>;
  /** Health of the thread since this was asked last. */
  health(nothing: undefined, signal: AbortSignal): Promise<GeneratorHealth>;
}
export type JobName = keyof ShardJobs;

/** A thread with a share of the Units, wherever it runs. */
export interface Shard extends ShardJobs, AsyncDisposable {
  /** Who hears the tallies of the step being driven. */
  onTally: (tally: Tally) => void;
  /** Ends a segment of the step being driven. */
  cut(cut: Cut): void;
}
