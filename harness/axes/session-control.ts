import type { FaultKind } from "#grader/contracts/fixed-run.ts";
import type { BackOff } from "./back-off.ts";

/** How the Units' sessions are kept, as plain data. */
export interface KeepPlan {
  readonly backOff: BackOff;
  readonly seed: number;
}

/** What is done to the Units on purpose, as plain data. Times are milliseconds. */
export interface FaultOrder {
  readonly kind: FaultKind;
  /** Its place among the run's faults; who is chosen follows from it and the seed. */
  readonly number: number;
  readonly share: number;
  /** How long it lasts, where it lasts. */
  readonly forMs: number;
  readonly isAtOnce: boolean;
  readonly keepAliveSec: number;
}

/** What became of the Units' sessions since keeping them began. Parts add up. */
export interface SessionCounts {
  /** Units that are to be connected and are not. */
  readonly away: number;
  readonly closedByTarget: number;
  readonly closedByPlan: number;
  /** How sessions ended, by class. */
  readonly closes: Readonly<Record<string, number>>;
  readonly reconnects: number;
  /** Connects that failed, by class. */
  readonly connectErrors: Readonly<Record<string, number>>;
}

/** How far a fault has come. */
export interface FaultProgress {
  readonly number: number;
  /** Units it was meant for, and Units in which it was seen. */
  readonly planned: number;
  readonly observed: number;
  /** Nothing more will be done for it; who is away is coming back. */
  readonly isOver: boolean;
}

/** The sessions of a measurer's Units, kept over a run and disturbed on purpose. */
export interface SessionControl {
  /** From here on a Unit whose session closes is connected again, until the signal. */
  keep(plan: KeepPlan, signal: AbortSignal): void;
  begin(order: FaultOrder): void;
  counts(): SessionCounts;
  progress(): readonly FaultProgress[];
}
