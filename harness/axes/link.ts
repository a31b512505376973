import type { Observation } from "#grader/capacity/step.ts";
import type { Objective } from "#grader/contracts/objective.ts";
import type { Trial } from "#grader/contracts/trial.ts";
import type {
  AxisMeasurer,
  DrainStep,
  SecondCounts,
  StepContext,
} from "../engine/axis-measurer.ts";
import type { LoadStep } from "../engine/measure-step.ts";
import { SlotMeasurer } from "../engine/slot-measurer.ts";
import { judgeWindow } from "../engine/verdict.ts";
import type { Clock } from "../load/clock.ts";
import { toTrials } from "../measure/to-trial.ts";
import { constantPace } from "../plan/pacer.ts";
import type { ConnectedUnits } from "./connected-units.ts";
import type { ConnectOutcome } from "./connections.ts";
import { RelayDriver } from "./relay.ts";

export interface LinkOptions {
  readonly units: ConnectedUnits;
  readonly objective: Objective;
  readonly clock: Clock;
  readonly seed: number;
  /** CONNECT to the last SUBACK may take this long. */
  readonly connectDeadlineMs: number;
}

/** The canaries end this long before the hold does, so that each can still arrive. */
const CANARY_MARGIN_MS = 1000;

/**
 * Holds a number of Units connected and proves that each is alive: it connected and subscribed in
 * time, stayed, and its one canary message of the hold reached its partner within the deadline.
 */
export class LinkMeasurer implements AxisMeasurer {
  readonly axis = "link" as const;
  readonly objective: Objective;
  readonly #options: LinkOptions;
  readonly #canaries: SlotMeasurer;
  readonly #driver: RelayDriver;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.objective = options.objective;
    this.#driver = new RelayDriver({ units: options.units, perUnitPerSec: 1 });
    this.#canaries = new SlotMeasurer({
      driver: this.#driver,
      objective: options.objective,
      clock: options.clock,
      pacer: constantPace,
      seed: options.seed,
    });
  }

  get unitsConnected(): number {
    return this.#options.units.connected;
  }

  /** Connecting is what this axis measures: nothing is prepared. */
  prepare(): Promise<void> {
    return Promise.resolve();
  }

  async measure(step: LoadStep, context: StepContext) {
    const { units, clock } = this.#options;
    const startedAtMs = clock.now();
    const droppedBefore = units.dropped;
    units.listen(this.#driver);
    await units.reduce(step.load);
    const outcomes = await units.connect(step.load, context.signal);
    this.#driver.useFirst(step.load);
    const canaryMs = Math.max(1000, step.windowMs - CANARY_MARGIN_MS);
    const canaryStep: LoadStep = {
      ...step,
      load: (step.load * 1000) / canaryMs,
      settleMs: 0,
      windowMs: canaryMs,
      curtail: false,
      growthRule: false,
    };
    const driven = await this.#canaries.drive(canaryStep, context.stepNumber, context.signal);
    const { trials } = toTrials(driven, canaryStep, { ...context, objective: this.objective });
    const elapsedMs = Math.round(clock.now() - startedAtMs);
    const dropped = units.dropped - droppedBefore;
    const connects = this.#countConnects(outcomes);
    const judged = trials.map((canary) => this.#asLink(canary, step, elapsedMs, connects, dropped));
    const observation: Observation = {
      kind: "load",
      windows: judged.map((trial) => ({
        good: trial.verdict === "good",
        hard: trial.verdict === "bad",
        valid: trial.verdict !== "invalid",
        badRatio: (trial.planned - trial.good) / Math.max(1, trial.planned),
        growthRatio: 0,
        deliveredPerSec: trial.deliveredPerSec,
        measuredMs: trial.measuredMs,
      })),
      elapsedMs,
      harmSec: driven.harmSec,
    };
    return { trials: judged, observation };
  }

  drain(step: DrainStep, context: StepContext) {
    return this.#canaries.drain(step, context);
  }

  takeSecond(): SecondCounts {
    return this.#canaries.takeSecond();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#canaries[Symbol.asyncDispose]();
  }

  #countConnects(outcomes: readonly ConnectOutcome[]) {
    const classes: Record<string, number> = {};
    let slow = 0;
    for (const { session, tookMs, error } of outcomes) {
      if (session === undefined) {
        const name = error ?? "refused";
        classes[name] = (classes[name] ?? 0) + 1;
      } else if (tookMs > this.#options.connectDeadlineMs) slow++;
    }
    return { classes, slow };
  }

  /**
   * A canary trial, read as one of Units: a Unit that is refused never sent its canary, and one
   * that connected late is late whatever its canary did.
   */
  #asLink(
    canary: Trial,
    step: LoadStep,
    elapsedMs: number,
    connects: { classes: Record<string, number>; slow: number },
    dropped: number,
  ): Trial {
    const lateMoved = Math.min(connects.slow, canary.good);
    const good = canary.good - lateMoved;
    const counts = { ...canary, good, late: canary.late + lateMoved, load: step.load };
    const bad = counts.late + counts.lost + counts.errors + counts.unsent + counts.pending;
    const judged = judgeWindow(
      {
        planned: canary.planned,
        bad,
        lost: counts.lost + dropped,
        errors: counts.errors + counts.unsent,
        growth: 0,
      },
      this.objective,
      false,
    );
    const verdict = canary.verdict === "invalid" ? "invalid" : judged.verdict;
    return {
      ...counts,
      stepElapsedMs: elapsedMs,
      errorClasses: { ...canary.errorClasses, ...connects.classes },
      hard: verdict === "bad",
      verdict,
      reason: verdict === "invalid" ? canary.reason : linkReason(judged, connects, dropped, step),
    };
  }
}

function linkReason(
  judged: { verdict: string; reason: string },
  connects: { classes: Record<string, number>; slow: number },
  dropped: number,
  step: LoadStep,
): string {
  const refused = Object.values(connects.classes).reduce((sum, count) => sum + count, 0);
  if (judged.verdict === "good") return `${step.load} Units connected, alive and answered in time`;
  const parts = [
    refused > 0 ? `${refused} refused (${Object.keys(connects.classes)[0]})` : "",
    connects.slow > 0 ? `${connects.slow} connected too slowly` : "",
    dropped > 0 ? `${dropped} dropped` : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? judged.reason : `of ${step.load} Units ${parts.join(", ")}`;
}
