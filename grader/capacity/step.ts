import type { AxisResult, Depth } from "../contracts/capacity.ts";
import type { Phase } from "../contracts/trial.ts";

/** What the search asks the measurer to do next. It never does it itself. */
export type Step =
  | {
      readonly kind: "load";
      readonly phase: Exclude<Phase, "drain">;
      /** Axis unit; a point of the integer log grid. */
      readonly load: number;
      /** Load that is driven but not judged, before the first window. */
      readonly settleMs: number;
      readonly windowMs: number;
      /** Windows driven back to back at this load. A hard failure ends the step early. */
      readonly windows: number;
      /** Stop a window once its verdict can no longer change. */
      readonly curtail: boolean;
      /** False: the in-flight growth rule is not applied (warm-up and probes). */
      readonly growthRule: boolean;
      /**
       * Every window is driven whatever becomes of the ones before, and the schedule is one over all
       * of them: a run of given load. A search never asks for it.
       */
      readonly toTheEnd?: boolean;
      /**
       * The axis must have been left alone for this long before the step; meanwhile others may run
       * (`interleave.ts`). Nothing is told of it, so that stored trials replay without it.
       */
      readonly awayMs?: number;
    }
  | {
      readonly kind: "drain";
      /** Silence after in-flight reached zero. */
      readonly quietMs: number;
      /** Give up after this. */
      readonly maxMs: number;
    };

/** What came of one window, all that the search may know of it. */
export interface WindowOutcome {
  readonly good: boolean;
  readonly hard: boolean;
  /** False: the generator spoiled it; the search repeats it. */
  readonly valid: boolean;
  readonly badRatio: number;
  readonly growthRatio: number;
  readonly deliveredPerSec: number;
  readonly measuredMs: number;
}

export type Observation =
  | {
      readonly kind: "load";
      /** One to `windows` outcomes; a settle aborted as hard yields a single hard outcome. */
      readonly windows: readonly WindowOutcome[];
      readonly elapsedMs: number;
      /** Seconds of this step in which over 5 % of the traffic was late or lost. */
      readonly harmSec: number;
      /** Highest load the generator could still offer cleanly, as far as this step tells. */
      readonly generatorCeiling?: number;
    }
  | { readonly kind: "drain"; readonly drained: boolean; readonly elapsedMs: number };

/** A running answer, for progress displays and for a search stopped early. */
export interface SearchState {
  readonly phase: Phase;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly estimate: { readonly value: number; readonly low: number; readonly high: number } | null;
  /** Upper estimate of the time still needed. */
  readonly remainingMs: number;
  /** What the axis must be left alone for besides, while others may run; none if undefined. */
  readonly remainingAwayMs?: number;
}

export type SearchResult = Omit<AxisResult, "id" | "unit">;

export interface SearchOptions {
  readonly depth: Depth;
  /** First load, and the least load that still means something. */
  readonly startLoad: number;
  readonly floorLoad: number;
  /** A capacity that lies above this in all likelihood need not be narrowed further. */
  readonly enoughLoad?: number;
  /** Nothing above this is offered; reaching it answers "at least". */
  readonly maxLoad: number;
  /** What set `maxLoad`; named in the answer when it is reached. */
  readonly maxLoadReason: "generator" | "plan" | "policy" | "axis";
  /** Window length at a load, milliseconds. */
  readonly windowMs: (load: number) => number;
  /** How long after a step its last answers are waited for; none if undefined. */
  readonly answerMs?: number;
  /** Seconds of harm after which the search stops with what it knows. */
  readonly harmCeilingSec: number;
  /** Silence after a hard failure; store and base need longer. */
  readonly coolMs: number;
}

/**
 * Ask/tell: `ask` names the next step or the answer, `tell` takes what came of it.
 * No clock, no random number: the same observations give the same bytes.
 */
export interface Search {
  ask(): { readonly step: Step } | { readonly result: SearchResult };
  tell(observation: Observation): void;
  state(): SearchState;
  /** The best answer from what is known now, for a run stopped before its end. */
  stop(reason: string, flag?: AxisResult["flags"][number]): SearchResult;
}
