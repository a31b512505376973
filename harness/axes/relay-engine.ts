import type { Objective } from "#grader/contracts/objective.ts";
import { LoadstoneError } from "../errors.ts";
import type { DrivenStep, LoadStep } from "../engine/measure-step.ts";
import type { StepTies } from "../engine/step-ties.ts";
import type { Clock } from "../load/clock.ts";
import { connectCrew } from "./connect-crew.ts";
import type { Crew } from "./crew.ts";
import { CrewEngine } from "./crew-engine.ts";
import type { DriveWork } from "./shard.ts";

export interface RelayOptions {
  readonly crew: Crew;
  readonly objective: Objective;
  readonly clock: Clock;
  /** More load means more Units, never a faster Unit. */
  readonly perUnitPerSec: number;
  readonly pacing: Omit<Extract<DriveWork, { axis: "relay" }>, "axis" | "units">;
  /** First publishes a second; each may cost an instance one access check of its backend. */
  readonly primesPerSec?: number | undefined;
  /** What is connected to, for messages. */
  readonly address: string;
  readonly onProgress?: (message: string) => void;
}

const DEFAULT_PRIMES_PER_SEC = 200;

/** Relay: every Unit publishes on its Output; its partner receives and is the ground truth. */
export class RelayEngine extends CrewEngine {
  readonly axis = "relay" as const;
  readonly #options: RelayOptions;
  #units = 0;

  constructor(options: RelayOptions) {
    super(options.crew);
    this.#options = options;
  }

  /** Units needed for a load: even, because they come in pairs. */
  unitsFor(load: number): number {
    const needed = 2 * Math.max(1, Math.ceil(load / this.#options.perUnitPerSec / 2));
    return Math.min(needed, this.#options.crew.maxUnits);
  }

  /** Connects the Units that `load` needs, all of them, and primes the new ones. */
  async prepare(load: number, signal: AbortSignal): Promise<void> {
    const count = this.unitsFor(load);
    await connectCrew(this.#options, count, signal);
    this.#units = count;
    const { crew, primesPerSec = DEFAULT_PRIMES_PER_SEC } = this.#options;
    const { fresh, silent } = await crew.prime({ count, primesPerSec }, signal);
    if (silent === 0) return;
    throw new LoadstoneError(
      "TARGET_ANSWER_INVALID",
      `${silent} of ${fresh} new Units published and their partner received nothing`,
      {
        hint: "check the broker's access rules for the Units' topics, and that nothing else loads it",
      },
    );
  }

  drive(
    step: LoadStep,
    stepNumber: number,
    signal: AbortSignal,
    ties?: StepTies,
  ): Promise<DrivenStep> {
    const { crew, objective, pacing } = this.#options;
    const work: DriveWork = { axis: "relay", units: this.#units, ...pacing };
    return crew.drive({ work, step, stepNumber, objective, ties }, signal);
  }
}
