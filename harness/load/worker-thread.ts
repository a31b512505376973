import { Worker } from "node:worker_threads";
import type { GeneratorHealth } from "#grader/contracts/trial.ts";
import type {
  ConnectOrder,
  ConnectSummary,
  DriveOrder,
  HoldOrder,
  JobName,
  OnTally,
  OutCount,
  SeenBatch,
  Shard,
  ShardJobs,
  WorkAxis,
  WrittenPrimeOrder,
} from "../axes/shard.ts";
import type { PrimeOutcome } from "../axes/prime.ts";
import type { PrimeOrder } from "../axes/relay.ts";
import type { FaultOrder, KeepPlan } from "../axes/session-control.ts";
import type { UnitIdentity } from "../axes/unit-source.ts";
import type { UnitTally } from "../axes/unit-tally.ts";
import type { Resting } from "../axes/base-rest.ts";
import type { WrittenAxis } from "../axes/written-kind.ts";
import type { Cut } from "../engine/conductor.ts";
import type { DrivenPart } from "../engine/step-part.ts";
import type { SecondPart } from "../measure/merge-seconds.ts";
import { abortReason } from "./clock.ts";
import {
  type Ask,
  errorOf,
  type FromWorker,
  type ToWorker,
  workerFailed,
  type WorkerSetup,
} from "./protocol.ts";

/** What a job may take to stop once it is not wanted any more, and a thread to end. */
const GRACE_MS = 5000;

/**
 * Room for new objects, a third of it each semi-space. The hot path makes hardly any, so V8's 48 MB
 * would only be memory of every thread: 2 to 3 KB a Unit at ten thousand of them.
 */
export const HEAP = { maxYoungGenerationSizeMb: 12 } as const;

interface Pending {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A worker thread with its share of the Units, spoken to over messages. */
export class WorkerThread implements Shard {
  onTally: OnTally = () => {};
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  readonly #gone: Promise<void>;
  #nextId = 0;
  #failure: Error | undefined;
  #ending = false;

  /** `entry` is another thread's program in tests. */
  static async open(
    setup: WorkerSetup,
    entry: URL = new URL("./worker.mjs", import.meta.url),
  ): Promise<WorkerThread> {
    const worker = new Worker(entry, { workerData: setup, execArgv: [], resourceLimits: HEAP });
    const thread = new WorkerThread(worker);
    await thread.#wait(READY);
    return thread;
  }

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on("message", (message: FromWorker) => this.#hear(message));
    worker.on("messageerror", (error) => this.#fail(workerFailed(error.message)));
    worker.on("error", (error) => this.#fail(workerFailed(textOf(error))));
    this.#gone = new Promise((resolve) => {
      worker.once("exit", (code) => {
        this.#fail(workerFailed(`it ended with code ${code}`));
        resolve();
      });
    });
  }

  give(units: readonly UnitIdentity[], signal: AbortSignal): Promise<void> {
    return this.#ask("give", units, signal);
  }

  missing(count: number, signal: AbortSignal): Promise<readonly number[]> {
    return this.#ask("missing", count, signal);
  }

  connect(order: ConnectOrder, signal: AbortSignal): Promise<ConnectSummary> {
    return this.#ask("connect", order, signal);
  }

  reduce(count: number, signal: AbortSignal): Promise<number> {
    return this.#ask("reduce", count, signal);
  }

  prime(order: PrimeOrder, signal: AbortSignal): Promise<PrimeOutcome> {
    return this.#ask("prime", order, signal);
  }

  primeWritten(order: WrittenPrimeOrder, signal: AbortSignal): Promise<PrimeOutcome> {
    return this.#ask("primeWritten", order, signal);
  }

  resting(axis: WrittenAxis, signal: AbortSignal): Promise<readonly Resting[]> {
    return this.#ask("resting", axis, signal);
  }

  paired(count: number, signal: AbortSignal): Promise<readonly number[]> {
    return this.#ask("paired", count, signal);
  }

  tally(order: HoldOrder, signal: AbortSignal): Promise<UnitTally> {
    return this.#ask("tally", order, signal);
  }

  drive(order: DriveOrder, signal: AbortSignal): Promise<DrivenPart> {
    // A step that is stopped may still wait for its last answers.
    return this.#ask("drive", order, signal, GRACE_MS + order.deadlineMs);
  }

  out(axis: WorkAxis, signal: AbortSignal): Promise<OutCount> {
    return this.#ask("out", axis, signal);
  }

  forget(axis: WorkAxis, signal: AbortSignal): Promise<void> {
    return this.#ask("forget", axis, signal);
  }

  keep(plan: KeepPlan, signal: AbortSignal): Promise<void> {
    return this.#ask("keep", plan, signal);
  }

  disturb(order: FaultOrder, signal: AbortSignal): Promise<void> {
    return this.#ask("disturb", order, signal);
  }

  second(axis: WorkAxis, signal: AbortSignal): Promise<SecondPart> {
    return this.#ask("second", axis, signal);
  }

  health(nothing: undefined, signal: AbortSignal): Promise<GeneratorHealth> {
    return this.#ask("health", nothing, signal);
  }

  cut(axis: WorkAxis, cut: Cut): void {
    this.#post({ kind: "cut", axis, cut });
  }

  arrived(batch: SeenBatch): void {
    this.#post({ kind: "arrived", batch });
  }

  /** Lets the thread close its sessions; one that does not end in time is ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending = true;
    this.#post({ kind: "end" });
    const late = setTimeout(() => void this.#worker.terminate(), GRACE_MS);
    await this.#gone;
    clearTimeout(late);
  }

  async #ask<Name extends JobName>(
    name: Name,
    input: Ask<Name>["input"],
    signal: AbortSignal,
    graceMs = GRACE_MS,
  ): Promise<Awaited<ReturnType<ShardJobs[Name]>>> {
    if (signal.aborted) throw abortReason(signal);
    const id = this.#nextId++;
    const output = this.#wait(id, signal, graceMs);
    this.#post({ kind: "ask", id, name, input });
    // The thread answers the job of this name with what that job gives.
    return (await output) as Awaited<ReturnType<ShardJobs[Name]>>;
  }

  #wait(id: number, signal?: AbortSignal, graceMs?: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      let late: NodeJS.Timeout | undefined;
      const abort = () => {
        this.#post({ kind: "abort", id });
        late = setTimeout(
          () => this.#fail(workerFailed("it did not stop when it was asked to")),
          graceMs,
        );
      };
      const settle = () => {
        clearTimeout(late);
        signal?.removeEventListener("abort", abort);
        this.#pending.delete(id);
      };
      signal?.addEventListener("abort", abort, { once: true });
      this.#pending.set(id, {
        resolve: (output) => {
          settle();
          resolve(output);
        },
        reject: (error) => {
          settle();
          // What a stopped job says is of no interest: why it was stopped is.
          reject(signal?.aborted === true ? abortReason(signal) : error);
        },
      });
    });
  }

  #hear(message: FromWorker): void {
    switch (message.kind) {
      case "ready":
        this.#pending.get(READY)?.resolve(undefined);
        return;
      case "done":
        this.#pending.get(message.id)?.resolve(message.output);
        return;
      case "failed":
        this.#pending.get(message.id)?.reject(errorOf(message.error));
        return;
      case "tally":
        this.onTally(message.axis, message.tally);
        return;
      default:
        return message satisfies never;
    }
  }

  /** The thread is lost: whatever is asked of it fails from here on. */
  #fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    for (const pending of this.#pending.values()) pending.reject(error);
    if (!this.#ending) void this.#worker.terminate();
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }
}

const READY = -1;

const textOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
