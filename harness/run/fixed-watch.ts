import type { FaultResult } from "#grader/contracts/fixed-run.ts";
import type { Quantiles } from "#grader/contracts/trial.ts";
import type { FixedProgress } from "#reports/render/fixed-run/progress.ts";
import type { SessionControl, SessionCounts } from "../axes/session-control.ts";
import type { AxisMeasurer, SecondCounts } from "../engine/axis-measurer.ts";
import { Histogram } from "../measure/histogram.ts";
import type { Fault } from "../scenario/run-schema.ts";
import { FaultSchedule } from "./fault-schedule.ts";
import type { FixedRunOptions } from "./fixed-run.ts";
import { beginningOf } from "./fixed-words.ts";
import type { RunRecord } from "./run-record.ts";
import { addSparse, SecondBatch } from "./second-batch.ts";

/** What displays are told while a run goes on. */
export type FixedNews =
  | { readonly kind: "message"; readonly text: string }
  | { readonly kind: "progress"; readonly view: FixedProgress };

type WatchOptions = Pick<FixedRunOptions, "plan" | "clock" | "onNews">;

/** Looks a second, so that a recovery is told to a quarter of a second. */
const LOOKS = 4;
const SECOND_MS = 1000;

/** Follows a run look by look: for the store, the display, the planned faults, the whole's latency. */
export class FixedWatch {
  readonly #options: WatchOptions;
  readonly #record: RunRecord;
  readonly #batch = new SecondBatch();
  readonly #latency = new Histogram();
  /** As they stood when the load ended. */
  sessions: SessionCounts | undefined;
  faults: readonly Omit<FaultResult, "verdict">[] = [];
  #measurer: AxisMeasurer | undefined;
  #faults: FaultSchedule | undefined;
  #startedAtMs = 0;
  #looks = 0;
  #late = 0;
  #lost = 0;
  #unsent = 0;

  constructor(options: WatchOptions, record: RunRecord) {
    this.#options = options;
    this.#record = record;
  }

  get latencyMs(): Quantiles | undefined {
    return this.#latency.quantiles();
  }

  /** Looks on until disposed of. With `sessions`, faults begin when their time has come. */
  begin(measurer: AxisMeasurer, sessions: SessionControl | undefined): AsyncDisposable {
    this.#measurer = measurer;
    if (sessions !== undefined) this.#faults = new FaultSchedule(this.#options.plan, sessions);
    this.#startedAtMs = this.#options.clock.now();
    // What was counted while connecting is not of the run.
    void taken(measurer);
    const looking = setInterval(() => void this.#look(), SECOND_MS / LOOKS);
    const over = new AbortController();
    if (this.#faults !== undefined) void this.#disturb(this.#faults, over.signal);
    return {
      [Symbol.asyncDispose]: async () => {
        clearInterval(looking);
        over.abort(new Error("the load has ended"));
        await this.#look();
        this.#tell();
        this.sessions = sessions?.counts();
        this.faults = this.#faults?.results(this.#elapsedMs()) ?? [];
      },
    };
  }

  #elapsedMs(): number {
    return this.#options.clock.now() - this.#startedAtMs;
  }

  async #look(): Promise<void> {
    const look = await taken(this.#measurer);
    if (look === undefined) return;
    addSparse(this.#latency, look.latency);
    this.#batch.add(look);
    this.#faults?.look(this.#elapsedMs(), look.late + look.lost + look.errors + look.unsent);
    if (++this.#looks % LOOKS === 0) this.#tell();
  }

  /** Faults begin when they are planned to, not when somebody next looks. */
  async #disturb(faults: FaultSchedule, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    try {
      while (faults.nextAtMs !== Infinity) {
        await clock.sleepUntil(this.#startedAtMs + faults.nextAtMs, signal);
        this.#tellFaults(faults.beginDue(this.#elapsedMs()));
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  #tellFaults(begun: readonly Fault[]): void {
    const { plan, onNews } = this.#options;
    for (const { kind } of begun) {
      const text = beginningOf(kind);
      this.#record.event("fault", "warning", plan.axis, text);
      onNews({ kind: "message", text });
    }
  }

  #tell(): void {
    const second = this.#batch.take();
    if (second === undefined) return;
    const { plan } = this.#options;
    this.#late += second.late;
    this.#lost += second.lost + second.errors;
    this.#unsent += second.unsent;
    this.#record.second(plan.axis, "soak", plan.meanLoad, second);
    this.#options.onNews({ kind: "progress", view: this.#view(second) });
  }

  #view(second: SecondCounts): FixedProgress {
    const { plan } = this.#options;
    return {
      axis: plan.axis,
      elapsedMs: Math.min(plan.durationMs, this.#elapsedMs()),
      durationMs: plan.durationMs,
      intendedPerSec: second.intended,
      deliveredPerSec: second.delivered,
      latencyP99Ms: second.delivered === 0 ? null : second.latencyP99Ms,
      late: this.#late,
      lost: this.#lost,
      unsent: this.#unsent,
      units: this.#measurer?.unitsConnected ?? 0,
      unitsWanted: plan.axis === "api" ? 0 : plan.units,
      cpuRatio: second.health.cpuRatio,
      fault: this.#faults?.present ?? null,
    };
  }
}

/** Whoever died meanwhile is told of by the job it did, not by its last second. */
async function taken(measurer: AxisMeasurer | undefined): Promise<SecondCounts | undefined> {
  return measurer?.takeSecond().catch(() => undefined);
}
