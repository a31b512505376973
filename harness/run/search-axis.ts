import { createLadder } from "#grader/capacity/ladder.ts";
import { withPolicy } from "#grader/capacity/policy.ts";
import { createWaveSearch } from "#grader/capacity/search.ts";
import type { Search, SearchOptions, SearchResult, Step } from "#grader/capacity/step.ts";
import { type RayId, RAYS } from "#grader/contracts/axis.ts";
import type { AxisFlag } from "#grader/contracts/capacity.ts";
import { figure } from "#grader/contracts/figure.ts";
import type { Trial } from "#grader/contracts/trial.ts";
import type { EstimateDetail } from "#harness/store/rows.ts";
import type { StoreWriter } from "#harness/store/store.ts";
import { LoadstoneError } from "../errors.ts";
import type { AxisMeasurer } from "../engine/axis-measurer.ts";
import type { LoadStep } from "../engine/measure-step.ts";
import { type Clock, pause } from "../load/clock.ts";
import { BY_HAND, type CutOff, NO_MORE_UNITS } from "./cut-off.ts";
import { AxisProgress, type RunNews } from "./progress.ts";
import type { RunRecord } from "./run-record.ts";

export interface SearchContext {
  readonly runId: string;
  readonly store: StoreWriter;
  readonly record: RunRecord;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onNews: (news: RunNews) => void;
  readonly axisNumber: number;
  readonly axisCount: number;
  /** `now()` at which the run began. */
  readonly startedAtMs: number;
  /** Upper estimate of what the axes after this one need. */
  readonly laterMs: number;
  /** Index of the axis' first trial in the run. */
  readonly firstIndex: number;
  /** Number of its first step: late answers of another axis' step must find no home here. */
  readonly firstStep: number;
}

/** What is searched: one axis, or all of them at once. */
export interface RayPlan {
  readonly axis: RayId;
  readonly search: SearchOptions;
}

export interface AxisOutcome {
  readonly result: SearchResult;
  readonly trials: readonly Trial[];
  readonly steps: number;
  /** What ended the axis before its time; the result then holds what was known. */
  readonly error: LoadstoneError | undefined;
}

const SECOND_MS = 1000;

/** Whose end it was that ended an axis before its time. */
export const flagFor = ({ code }: LoadstoneError): AxisFlag =>
  code === "WORKER_FAILED" ? "generator-limited" : "no-recovery";

/** Asks the search of an axis, or of all at once, does what it says, tells it what came of it. */
export async function searchAxis(
  plan: RayPlan,
  measurer: AxisMeasurer,
  context: SearchContext,
): Promise<AxisOutcome> {
  const search = createSearch(plan);
  const axisRun = new AxisRun(plan, measurer, search, context);
  const result = withPolicy(await axisRun.toEnd(), axisRun.trials);
  const { trials, steps, error } = axisRun;
  return { result, trials, steps, error };
}

/** The search that fits an axis: Units connected are a stock, everything else is a rate. */
export const createSearch = ({ axis, search }: RayPlan): Search =>
  axis === "link" ? createLadder(search) : createWaveSearch(search);

/** Upper estimate of the time a search still needs, the silence between its slices included. */
export function timeLeftMs(search: Search): number {
  const { remainingMs, remainingAwayMs = 0 } = search.state();
  return remainingMs + remainingAwayMs;
}

class AxisRun {
  readonly trials: Trial[] = [];
  readonly #plan: RayPlan;
  readonly #measurer: AxisMeasurer;
  readonly #search: Search;
  readonly #context: SearchContext;
  readonly #progress: AxisProgress;
  steps = 0;
  error: LoadstoneError | undefined;
  #step: Step | undefined;
  #leftAtMs = 0;

  constructor(plan: RayPlan, measurer: AxisMeasurer, search: Search, context: SearchContext) {
    this.#plan = plan;
    this.#measurer = measurer;
    this.#search = search;
    this.#context = context;
    const { axisNumber, axisCount } = context;
    this.#progress = new AxisProgress(plan.axis, axisNumber, axisCount);
  }

  async toEnd(): Promise<SearchResult> {
    const { signal } = this.#context;
    const ticking = setInterval(() => void this.#second(), SECOND_MS);
    try {
      for (;;) {
        const asked = this.#search.ask();
        if ("result" in asked) return asked.result;
        signal.throwIfAborted();
        await this.#take(asked.step);
      }
    } catch (error) {
      if (signal.aborted) return this.#stop(BY_HAND);
      if (!(error instanceof LoadstoneError)) throw error;
      if (error.code === "TARGET_REFUSES_UNITS") {
        this.#context.record.event("state", "warning", this.#plan.axis, error.message);
        return this.#stop(NO_MORE_UNITS);
      }
      if (this.trials.length === 0) throw error;
      // The target is gone, or a thread of ours; what was held until then is known.
      this.error = error;
      return this.#search.stop(error.message, flagFor(error));
    } finally {
      clearInterval(ticking);
      await this.#second();
    }
  }

  #stop({ reason, flag }: CutOff): SearchResult {
    return this.#search.stop(reason, flag);
  }

  async #take(step: Step): Promise<void> {
    const { signal, runId, firstIndex, clock } = this.#context;
    const context = {
      runId,
      signal,
      stepNumber: this.#context.firstStep + this.steps++,
      firstIndex: firstIndex + this.trials.length,
    };
    if (step.kind === "drain") {
      this.#step = step;
      const { trial, observation } = await this.#measurer.drain(step, context);
      this.#keep([trial]);
      this.#search.tell(observation);
      return;
    }
    await this.#leaveAlone(step);
    await this.#measurer.prepare(step.load, signal);
    this.#step = step;
    this.#progress.stepStarts(step);
    const { trials, observation } = await this.#measurer.measure(step, context);
    this.#leftAtMs = clock.now();
    signal.throwIfAborted();
    this.#progress.stepEnds(trials);
    this.#keep(trials);
    this.#search.tell(observation);
    this.#tellEstimate(step);
  }

  /** Slices of a certificate lie minutes apart: a drift slower than one sitting shows only so. */
  async #leaveAlone({ awayMs = 0 }: LoadStep): Promise<void> {
    const { clock, signal, onNews } = this.#context;
    const waitMs = this.#leftAtMs + awayMs - clock.now();
    if (awayMs === 0 || waitMs <= 0) return;
    const { title } = RAYS[this.#plan.axis];
    onNews({ kind: "message", text: `leaving ${title} alone for ${Math.ceil(waitMs / 1000)} s` });
    await pause(clock, waitMs, signal);
  }

  #keep(trials: readonly Trial[]): void {
    for (const trial of trials) {
      this.trials.push(trial);
      this.#context.store.write("trials", trial);
      this.#tellTrial(trial);
    }
  }

  #tellTrial({ phase, index, load, verdict, reason }: Trial): void {
    const { unit } = RAYS[this.#plan.axis];
    const severity = verdict === "good" ? "info" : "warning";
    const text =
      phase === "drain"
        ? reason
        : `window ${index} at ${figure(load)} ${unit}: ${verdict}, ${reason}`;
    this.#context.record.event(phase, severity, this.#plan.axis, text);
  }

  #tellEstimate(step: LoadStep): void {
    const { lower, upper, estimate, phase } = this.#search.state();
    const detail: EstimateDetail = {
      axis: this.#plan.axis,
      phase,
      load: step.load,
      lower,
      upper,
      value: estimate?.value ?? null,
      low: estimate?.low ?? null,
      high: estimate?.high ?? null,
      remainingMs: this.#remainingMs(),
      unitsConnected: this.#measurer.unitsConnected,
    };
    const { unit } = RAYS[this.#plan.axis];
    const text =
      estimate === null ? "no estimate yet" : `about ${Math.round(estimate.value)} ${unit}`;
    this.#context.record.event("estimate", "info", this.#plan.axis, text, detail);
  }

  async #second(): Promise<void> {
    const { record, clock, startedAtMs, onNews } = this.#context;
    const step = this.#step;
    // Whoever died meanwhile is told of by the job it did, not by its last second.
    const counts = await this.#measurer.takeSecond().catch(() => undefined);
    if (counts === undefined) return;
    const phase = step === undefined ? "prepare" : step.kind === "drain" ? "drain" : step.phase;
    record.second(this.#plan.axis, phase, step?.kind === "load" ? step.load : 0, counts);
    const times = { elapsedMs: clock.now() - startedAtMs, remainingMs: this.#remainingMs() };
    const view = this.#progress.view(counts, this.#measurer, this.#search.state(), times);
    onNews({ kind: "progress", view });
  }

  #remainingMs(): number {
    return timeLeftMs(this.#search) + this.#context.laterMs;
  }
}
