import type { Observation } from "#grader/capacity/step.ts";
import type { AxisId } from "#grader/contracts/axis.ts";
import type { Objective } from "#grader/contracts/objective.ts";
import type { GeneratorHealth } from "#grader/contracts/trial.ts";
import { loadOf } from "#grader/grade/joint-load.ts";
import type { Share } from "#grader/grade/joint-trial.ts";
import { worseHealth } from "#grader/grade/tally.ts";
import { type Clock, pause } from "../load/clock.ts";
import { toObservation, toTrials } from "../measure/to-trial.ts";
import type {
  AxisMeasurer,
  DrainStep,
  SecondCounts,
  StepContext,
  StepSpoils,
} from "./axis-measurer.ts";
import { drainTrial } from "./drain-trial.ts";
import { emptyEngines } from "./drain-engines.ts";
import { generatorCeilingOf } from "./generator-ceiling.ts";
import { type HeldSessions, heldShare, sessionsFor } from "./held-sessions.ts";
import { sumSeconds } from "./joint-seconds.ts";
import { jointWindows } from "./joint-windows.ts";
import type { LoadStep } from "./measure-step.ts";
import type { StepEngine } from "./step-engine.ts";
import { StepTies } from "./step-ties.ts";

/** One axis of a joint run that sends messages or requests. */
export interface JointAxis {
  readonly axis: AxisId;
  readonly engine: StepEngine;
  readonly objective: Objective;
  readonly spoils?: StepSpoils | undefined;
}

export interface JointOptions {
  /** At least one; each a different axis. */
  readonly axes: readonly JointAxis[];
  /** Without it Link is not among the axes. */
  readonly sessions?: HeldSessions | undefined;
  readonly clock: Clock;
}

/** Until every thread has its order and knows its schedule. */
const START_LEAD_MS = 150;
const START_LEAD_PER_SLOT_MS = 0.0004;
/** Until a cut has surely reached every thread. */
const CUT_LEAD_MS = 100;

/**
 * Loads all axes at once, each at what so many reference Units ask of it: begun at one moment, cut
 * together, drained together, and judged each by its own objective.
 */
export class JointMeasurer implements AxisMeasurer {
  readonly axis = "joint" as const;
  readonly objective: Objective;
  readonly sessions = undefined;
  readonly #options: JointOptions;

  constructor(options: JointOptions) {
    const [first] = options.axes.toSorted(
      (a, b) => a.objective.deadlineMs - b.objective.deadlineMs,
    );
    if (first === undefined) throw new RangeError("a joint run needs an axis");
    this.#options = options;
    this.objective = first.objective;
  }

  get unitsConnected(): number {
    return Math.max(...this.#options.axes.map(({ engine }) => engine.unitsConnected));
  }

  async prepare(units: number, signal: AbortSignal): Promise<void> {
    const { axes, sessions } = this.#options;
    await sessions?.prepare(sessionsFor(units), signal);
    // One after the other: they share the Units, and what connects them.
    for (const { axis, engine } of axes) await engine.prepare(loadOf(axis, units), signal);
  }

  async measure(step: LoadStep, context: StepContext) {
    const { axes, sessions, clock } = this.#options;
    const { signal } = context;
    const units = step.load;
    const settled = { ...step, settleMs: this.#settleMs(step) };
    const steps = axes.map((one) => ({
      ...one,
      step: { ...settled, load: loadOf(one.axis, units) },
    }));
    for (const { engine, step: own } of steps) await engine.ready?.(own, signal);
    for (const { spoils } of axes) spoils?.begin();
    const startedAtMs = clock.now();
    const ties = new StepTies({ startMs: this.#startMs(settled), leadMs: CUT_LEAD_MS });
    const driven = await allOf(
      steps.map(({ engine, objective, spoils, step: own }) => async (both) => {
        const done = await engine.drive(own, context.stepNumber, both, ties);
        const trials = toTrials(done, own, { ...context, objective: slackened(objective) });
        return { trials, fault: spoils?.fault() };
      }),
      signal,
    );
    signal.throwIfAborted();
    const gone = (await sessions?.missing(sessionsFor(units), signal)) ?? 0;
    const stepElapsedMs = Math.round(clock.now() - startedAtMs);
    const windows = jointWindows(units, driven, (beside, last) =>
      this.#linkShare(units, last ? gone : 0, beside),
    );
    const ceiling = generatorCeilingOf(windows);
    const trials = windows.map((trial) => ({ ...trial, stepElapsedMs, ...ceiling }));
    return { trials, observation: toObservation(trials) };
  }

  async drain(step: DrainStep, context: StepContext) {
    const { axes, clock } = this.#options;
    const { signal } = context;
    const startedAtMs = clock.now();
    const startedAtWallMs = clock.wall();
    await this.#health(signal);
    const drained = await emptyEngines(
      {
        engines: axes.map(({ engine }) => engine),
        clock,
        deadlineMs: Math.max(...axes.map(({ objective }) => objective.deadlineMs)),
        untilMs: startedAtMs + step.maxMs,
      },
      signal,
    );
    await pause(clock, step.quietMs, signal);
    const elapsedMs = Math.round(clock.now() - startedAtMs);
    const health = await this.#health(signal);
    const observation: Observation = { kind: "drain", drained, elapsedMs };
    const facts = { context, axis: this.axis, drained, elapsedMs, startedAtWallMs, health };
    return { trial: drainTrial(facts), observation };
  }

  async takeSecond(): Promise<SecondCounts> {
    const { axes } = this.#options;
    const seconds = await Promise.all(axes.map(({ engine }) => engine.takeSecond()));
    const lead = seconds[axes.findIndex(({ objective }) => objective === this.objective)];
    if (lead === undefined) throw new RangeError("a joint run needs an axis");
    return sumSeconds(seconds, lead);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { engine } of this.#options.axes) await engine[Symbol.asyncDispose]();
  }

  /** Sessions that are gone are told of at the end of a step: by its last window. */
  #linkShare(units: number, gone: number, beside: Share | undefined): Share[] {
    const { sessions } = this.#options;
    if (sessions === undefined || beside === undefined) return [];
    return [heldShare(units, gone, { objective: sessions.objective, beside })];
  }

  #settleMs({ settleMs, growthRule }: LoadStep): number {
    if (!growthRule) return settleMs;
    return Math.max(settleMs, ...this.#options.axes.map(({ engine }) => engine.leastSettleMs ?? 0));
  }

  #startMs({ load, windowMs, settleMs }: LoadStep): number {
    const { axes, clock } = this.#options;
    const perSec = axes.reduce((sum, { axis }) => sum + loadOf(axis, load), 0);
    const slots = (perSec * Math.max(windowMs, settleMs)) / 1000;
    return clock.now() + START_LEAD_MS + slots * START_LEAD_PER_SLOT_MS;
  }

  async #health(signal: AbortSignal): Promise<GeneratorHealth> {
    const { axes } = this.#options;
    const parts = await Promise.all(axes.map(({ engine }) => engine.health(signal)));
    return parts.reduce(worseHealth);
  }
}

/** A share of few messages is not judged on one: of fifty, one is two in a hundred. */
const slackened = (objective: Objective): Objective => ({
  ...objective,
  badSlack: Math.max(1, objective.badSlack ?? 0),
});

/** All jobs at once. The first that fails ends the others and is what is thrown. */
async function allOf<T>(
  jobs: readonly ((signal: AbortSignal) => Promise<T>)[],
  signal: AbortSignal,
): Promise<T[]> {
  const failed = new AbortController();
  const both = AbortSignal.any([signal, failed.signal]);
  const running = jobs.map((job) => job(both));
  try {
    return await Promise.all(running);
  } catch (error) {
    failed.abort(error);
    await Promise.allSettled(running);
    throw error;
  }
}
