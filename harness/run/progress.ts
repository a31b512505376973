import type { SearchState } from "#grader/capacity/step.ts";
import type { RayId } from "#grader/contracts/axis.ts";
import type { GeneratorHealth, Trial, WindowVerdict } from "#grader/contracts/trial.ts";
import type { ProgressView } from "#reports/render/progress.ts";
import type { AxisMeasurer, SecondCounts } from "../engine/axis-measurer.ts";
import { GUARD, timingLimits } from "../engine/verdict.ts";
import type { LoadStep } from "../engine/measure-step.ts";

const HISTORY_SECONDS = 60;

/** What displays are told while a run goes on. */
export type RunNews =
  | { readonly kind: "message"; readonly text: string }
  | { readonly kind: "progress"; readonly view: ProgressView };

/** Gathers what a display needs of one axis' search, second by second. */
export class AxisProgress {
  readonly #axis: RayId;
  readonly #axisNumber: number;
  readonly #axisCount: number;
  readonly #verdicts: WindowVerdict[] = [];
  readonly #history: number[] = [];
  #step: LoadStep | undefined;

  constructor(axis: RayId, axisNumber: number, axisCount: number) {
    this.#axis = axis;
    this.#axisNumber = axisNumber;
    this.#axisCount = axisCount;
  }

  stepStarts(step: LoadStep): void {
    this.#step = step;
  }

  stepEnds(trials: readonly Trial[]): void {
    this.#verdicts.push(...trials.map(({ verdict }) => verdict));
  }

  view(
    second: SecondCounts,
    measurer: AxisMeasurer,
    state: SearchState,
    times: { readonly elapsedMs: number; readonly remainingMs: number },
  ): ProgressView {
    this.#history.push(second.delivered);
    if (this.#history.length > HISTORY_SECONDS) this.#history.shift();
    const { health } = second;
    const settled = second.good + second.late + second.lost + second.errors + second.unsent;
    return {
      axis: this.#axis,
      axisNumber: this.#axisNumber,
      axisCount: this.#axisCount,
      phase: this.#step?.phase ?? state.phase,
      windows: this.#verdicts.length,
      verdicts: this.#verdicts,
      load: this.#step?.load ?? 0,
      offeredPerSec: second.sent,
      deliveredPerSec: second.delivered,
      history: this.#history,
      latencyP99Ms: second.delivered === 0 ? null : second.latencyP99Ms,
      deadlineMs: measurer.objective.deadlineMs,
      lostRatio: settled === 0 ? 0 : (second.lost + second.errors) / settled,
      unitsConnected: measurer.unitsConnected,
      unitsWanted: measurer.unitsConnected,
      generator: {
        state: generatorState(health, measurer),
        latenessP99Ms: health.latenessP99Ms,
        cpuRatio: health.cpuRatio,
      },
      estimate: state.estimate,
      ...times,
    };
  }
}

const STRAINED = 0.8;

function generatorState(
  { cpuRatio, latenessP99Ms, waitRatio = 0 }: GeneratorHealth,
  { objective }: AxisMeasurer,
): ProgressView["generator"]["state"] {
  const use = Math.max(
    cpuRatio / GUARD.maxCpuRatio,
    waitRatio / GUARD.maxWaitRatio,
    latenessP99Ms / timingLimits(objective.deadlineMs).p99Ms,
  );
  if (use > 1) return "limited";
  return use > STRAINED ? "strained" : "healthy";
}
