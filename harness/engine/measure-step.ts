import type { Step } from "#grader/capacity/step.ts";
import type { Objective } from "#grader/contracts/objective.ts";
import type { GeneratorHealth } from "#grader/contracts/trial.ts";
import type { AxisDriver } from "../axes/driver.ts";
import type { Clock } from "../load/clock.ts";
import type { Random } from "../load/random.ts";
import type { OpenWake } from "../load/ticker.ts";
import type { OpenProbe } from "../measure/generator-health.ts";
import { Ledger } from "../measure/ledger.ts";
import { type SegmentValue, segmentValue } from "../measure/segment.ts";
import type { Pacer } from "../plan/pacer.ts";
import { StepRun } from "./step-run.ts";

export type LoadStep = Extract<Step, { kind: "load" }>;

/** One driven segment and the generator's health in it. */
export interface DrivenWindow {
  readonly segment: SegmentValue;
  readonly startedAtWallMs: number;
  readonly curtailed: boolean;
  readonly hard: boolean;
  /** Slots never sent through our own fault. */
  readonly unsentByUs: number;
  readonly health: GeneratorHealth;
}

export interface DrivenStep {
  readonly ledger: Ledger;
  /** At least one, unless the run was stopped by hand. */
  readonly windows: readonly DrivenWindow[];
  /** The settle was aborted as plain overload; `windows` then holds the settle alone. */
  readonly settleAborted: boolean;
  /** Why the driver could go on no longer, if it could not. */
  readonly broken: string | null;
  readonly elapsedMs: number;
  readonly harmSec: number;
}

export interface MeasureOptions {
  readonly driver: AxisDriver;
  readonly objective: Objective;
  readonly clock: Clock;
  readonly pacer: Pacer;
  readonly openWake?: OpenWake | undefined;
  readonly openProbe?: OpenProbe | undefined;
  readonly signal: AbortSignal;
  /** A fresh stream of numbers for a segment: the schedule is fixed before its first send. */
  readonly random: (segment: number) => Random;
  /** Handed the step's ledger before the first send. */
  readonly onLedger?: (ledger: Ledger) => void;
  /** Told the lateness of each send, for displays. */
  readonly onLateness?: (ms: number) => void;
}

/**
 * Drives one load step in real time: settle, then its windows back to back, then waits until every
 * deadline has passed. Decides nothing but when to stop early; judging is `judgeWindow`'s.
 */
export async function measureStep(
  step: LoadStep,
  stepNumber: number,
  options: MeasureOptions,
): Promise<DrivenStep> {
  const { driver, clock, objective, signal } = options;
  signal.throwIfAborted();
  const ledger = new Ledger(objective.deadlineMs, driver.streams);
  driver.begin(stepNumber, step.load, ledger);
  options.onLedger?.(ledger);
  const run = new StepRun(step, ledger, options);
  const startedAtMs = clock.now();
  try {
    await run.drive();
    // A run of given load that is stopped still wants to know what became of its last sends.
    const stop = step.toTheEnd === true ? undefined : signal;
    await waitForDeadlines(driver, ledger, clock, stop);
    run.judgingEnds();
  } finally {
    run[Symbol.dispose]();
  }
  return {
    ledger,
    windows: run.windows.map((window) => ({ ...window, segment: segmentValue(window.segment) })),
    settleAborted: run.settleAborted,
    broken: run.broken,
    elapsedMs: clock.now() - startedAtMs,
    harmSec: run.harmSec,
  };
}

/** After the last send: until all is answered, or the last deadline has passed. */
async function waitForDeadlines(
  driver: AxisDriver,
  ledger: Ledger,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<void> {
  const until = clock.now() + ledger.deadlineMs + 20;
  while (ledger.inFlight > 0 && clock.now() < until && signal?.aborted !== true) {
    await clock.sleepUntil(Math.min(until, clock.now() + 10));
    driver.flush();
  }
  ledger.expire(clock.now());
}
