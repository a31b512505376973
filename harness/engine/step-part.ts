import type { GeneratorHealth } from "#grader/contracts/trial.ts";
import { Ledger } from "../measure/ledger.ts";
import { type SegmentValue, segmentValue } from "../measure/segment.ts";
import type { Cut } from "./conductor.ts";
import type { LoadStep } from "./measure-step.ts";
import { StepRun, type StepRunOptions } from "./step-run.ts";

/** What one thread drove of a segment, as plain data. */
export interface DrivenSegment {
  readonly segment: SegmentValue;
  readonly startedAtWallMs: number;
  readonly unsentByUs: number;
  readonly health: GeneratorHealth;
}

/** What one thread drove of a step: every segment it began, by number. */
export interface DrivenPart {
  readonly segments: readonly DrivenSegment[];
  /** A stall of ours while the last answers came in spoils the last window too. */
  readonly healthAfter: GeneratorHealth;
}

export interface PartOptions extends Omit<StepRunOptions, "deadlineMs" | "onTally"> {
  /** Handed the step's ledger before the first send. */
  readonly onLedger?: (ledger: Ledger) => void;
}

type StepPartOptions = PartOptions & Pick<StepRunOptions, "deadlineMs" | "onTally">;

/** The part of a load step that one thread drives. */
export class StepPart {
  readonly #options: StepPartOptions;
  readonly #step: LoadStep;
  readonly #ledger: Ledger;
  readonly #run: StepRun;

  constructor(step: LoadStep, stepNumber: number, options: StepPartOptions) {
    const { driver, deadlineMs, signal, onLedger } = options;
    signal.throwIfAborted();
    this.#step = step;
    this.#options = options;
    this.#ledger = new Ledger(deadlineMs, driver.streams);
    driver.begin(stepNumber, step.load, this.#ledger);
    onLedger?.(this.#ledger);
    this.#run = new StepRun(step, this.#ledger, options);
  }

  cut(cut: Cut): void {
    this.#run.cut(cut);
  }

  /** Sends from `startMs` on, then waits until every deadline has passed. */
  async drive(startMs: number): Promise<DrivenPart> {
    using run = this.#run;
    await run.drive(startMs);
    await this.#waitForDeadlines();
    const segments = run.segments.map((driven) => ({
      ...driven,
      segment: segmentValue(driven.segment),
    }));
    return { segments, healthAfter: run.healthAfter() };
  }

  /** After the last send: until all is answered, or the last deadline has passed. */
  async #waitForDeadlines(): Promise<void> {
    const { clock, driver, signal } = this.#options;
    // A run of given load that is stopped still wants to know what became of its last sends.
    const isStopped = () => signal.aborted && this.#step.toTheEnd !== true;
    const ledger = this.#ledger;
    const until = clock.now() + ledger.deadlineMs + 20;
    while (ledger.inFlight > 0 && clock.now() < until && !isStopped()) {
      await clock.sleepUntil(Math.min(until, clock.now() + 10));
      driver.flush();
    }
    ledger.expire(clock.now());
  }
}
