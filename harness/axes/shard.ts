import type { GeneratorHealth } from "#grader/contracts/trial.ts";
import type { Cut } from "../engine/conductor.ts";
import type { LoadStep } from "../engine/measure-step.ts";
import type { DrivenPart } from "../engine/step-part.ts";
import type { Tally } from "../engine/tally.ts";
import type { SecondPart } from "../measure/merge-seconds.ts";
import type { Arrivals, Pace } from "../plan/pace.ts";
import type { Resting } from "./base-rest.ts";
import type { PrimeOutcome } from "./prime.ts";
import type { PrimeOrder } from "./relay.ts";
import type { FaultOrder, KeepPlan } from "./session-control.ts";
import type { UnitIdentity } from "./unit-source.ts";
import type { UnitTally } from "./unit-tally.ts";
import type { Seen, WrittenAxis, WrittenWork } from "./written-kind.ts";

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
    }
  | WrittenWork;

/** Which of the works that may be driven at the same time: there is one of each axis. */
export type WorkAxis = DriveWork["axis"];

/** One load step. Every thread gets the same order and sends its own part of one schedule. */
export interface DriveOrder {
  readonly work: DriveWork;
  readonly step: LoadStep;
  readonly stepNumber: number;
  readonly startMs: number;
  readonly deadlineMs: number;
}

/** What was read back of one work: by the main thread, for the threads that sent it. */
export interface SeenBatch {
  readonly axis: WrittenAxis;
  readonly seen: readonly Seen[];
}

/** First messages of Units on topics whose readers are read back. */
export interface WrittenPrimeOrder {
  readonly work: WrittenWork;
  /** First publishes a second, of all threads together. */
  readonly primesPerSec: number;
  /** So many may be out and not seen yet: a slow reader sets the pace itself. */
  readonly mostOut?: number | undefined;
  /** More patience for each that is primed, milliseconds. */
  readonly eachMs?: number | undefined;
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
  /** Has new Units publish until it is seen that each of their streams is read. */
  primeWritten(order: WrittenPrimeOrder, signal: AbortSignal): Promise<PrimeOutcome>;
  /** Own Units that the target would not listen to yet. */
  resting(axis: WrittenAxis, signal: AbortSignal): Promise<readonly Resting[]>;
  /** Own Units among the first `count` that are connected, and whose partner is. */
  paired(count: number, signal: AbortSignal): Promise<readonly number[]>;
  /** What became of the own Units of a hold, after its canaries. */
  tally(order: HoldOrder, signal: AbortSignal): Promise<UnitTally>;
  /** Works of several axes may be driven at the same time, one of each. */
  drive(order: DriveOrder, signal: AbortSignal): Promise<DrivenPart>;
  out(axis: WorkAxis, signal: AbortSignal): Promise<OutCount>;
  /** What is still out will not be waited for any more. */
  forget(axis: WorkAxis, signal: AbortSignal): Promise<void>;
  /** Brings back Units whose sessions close, until the signal. */
  keep(plan: KeepPlan, signal: AbortSignal): Promise<void>;
  /** Begins a fault among the Units that are kept. */
  disturb(order: FaultOrder, signal: AbortSignal): Promise<void>;
  /** Since the last second of this axis was taken. */
  second(axis: WorkAxis, signal: AbortSignal): Promise<SecondPart>;
  /** Health of the thread since this was asked last. */
  health(nothing: undefined, signal: AbortSignal): Promise<GeneratorHealth>;
}
export type JobName = keyof ShardJobs;

export type OnTally = (axis: WorkAxis, tally: Tally) => void;

/** A thread with a share of the Units, wherever it runs. */
export interface Shard extends ShardJobs, AsyncDisposable {
  /** Who hears the tallies of the steps being driven. */
  onTally: OnTally;
  /** Ends a segment of the step that is driven of this axis. */
  cut(axis: WorkAxis, cut: Cut): void;
  /** Messages that the shard sent were seen at the far side. */
  arrived(batch: SeenBatch): void;
}
