import type { Quantiles } from "#grader/contracts/trial.ts";
import type { FixedProgress } from "#reports/render/fixed-run/progress.ts";
import type { AxisMeasurer, SecondCounts } from "../engine/axis-measurer.ts";
import { Histogram } from "../measure/histogram.ts";
import type { FixedRunOptions } from "./fixed-run.ts";
import type { RunRecord } from "./run-record.ts";
import { addSparse, SecondBatch } from "./second-batch.ts";

/** What displays are told while a run goes on. */
export type FixedNews =
  | { readonly kind: "message"; readonly text: string }
  | { readonly kind: "progress"; readonly view: FixedProgress };

/** Looks a second, so that a recovery is told to a quarter of a second. */
const LOOKS = 4;
const SECOND_MS = 1000;

/** Follows a run second by second: for the store, for the display, and for the whole's latency. */
export class FixedWatch {
  readonly #options: Pick<FixedRunOptions, "plan" | "clock" | "onNews">;
  readonly #record: RunRecord;
  readonly #batch = new SecondBatch();
  readonly #latency = new Histogram();
  #measurer: AxisMeasurer | undefined;
  #startedAtMs = 0;
  #looks = 0;
  #late = 0;
  #lost = 0;
  #unsent = 0;

  constructor(options: Pick<FixedRunOptions, "plan" | "clock" | "onNews">, record: RunRecord) {
    this.#options = options;
    this.#record = record;
  }

  get latencyMs(): Quantiles | undefined {
    return this.#latency.quantiles();
  }

  /** Looks on until disposed of. */
  begin(measurer: AxisMeasurer): Disposable {
    this.#measurer = measurer;
    this.#startedAtMs = this.#options.clock.now();
    // What was counted while connecting is not of the run.
    measurer.takeSecond();
    const looking = setInterval(() => this.#look(), SECOND_MS / LOOKS);
    return {
      [Symbol.dispose]: () => {
        clearInterval(looking);
        this.#look();
        this.#tell();
      },
    };
  }

  #look(): void {
    if (this.#measurer === undefined) return;
    const look = this.#measurer.takeSecond();
    addSparse(this.#latency, look.latency);
    this.#batch.add(look);
    if (++this.#looks % LOOKS === 0) this.#tell();
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
    const { plan, clock } = this.#options;
    return {
      axis: plan.axis,
      elapsedMs: Math.min(plan.durationMs, clock.now() - this.#startedAtMs),
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
      fault: null,
    };
  }
}
