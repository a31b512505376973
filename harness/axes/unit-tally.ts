import type { ConnectOutcome } from "./connections.ts";
import { partnerOf } from "./unit-source.ts";

/** Where a canary ended; `none` for a Unit that had nobody to send it to. */
export type CanaryEnd = "good" | "late" | "lost" | "failed" | "unsent" | "pending" | "none";

/** What is known of the Units of a hold once it is over. */
export interface HeldUnits {
  readonly count: number;
  /** How the connects of this step went; Units that were connected before have none. */
  readonly outcomes: readonly ConnectOutcome[];
  readonly connectDeadlineMs: number;
  /** Without it, all of them are ours to count. */
  readonly owns?: (index: number) => boolean;
  readonly isOpen: (index: number) => boolean;
  readonly canary: (index: number) => CanaryEnd;
}

/** Units by what became of them, each counted once: `count` is the sum of the first six. */
export interface UnitTally {
  good: number;
  late: number;
  lost: number;
  errors: number;
  unsent: number;
  pending: number;
  /** Of the late ones, those that only connected too slowly. */
  slow: number;
  refused: number;
  dropped: number;
  /** Refusals by reason, and drops. */
  readonly classes: Record<string, number>;
}

/**
 * A Unit is good when it connected in time, is still there, and its canary reached its partner. One
 * whose partner is not there is judged by its connection alone: the partner is counted already.
 */
export function tallyUnits(held: HeldUnits): UnitTally {
  const tally = noUnits();
  const outcomes = new Map(held.outcomes.map((outcome) => [outcome.index, outcome]));
  for (let index = 0; index < held.count; index++) {
    if (held.owns?.(index) === false) continue;
    const outcome = outcomes.get(index);
    if (outcome?.connected === false) refuse(tally, outcome);
    else if (!held.isOpen(index)) drop(tally);
    else countCanary(tally, canaryOf(held, index), slowly(held, outcome));
  }
  return tally;
}

const noUnits = (): UnitTally => ({
  good: 0,
  late: 0,
  lost: 0,
  errors: 0,
  unsent: 0,
  pending: 0,
  slow: 0,
  refused: 0,
  dropped: 0,
  classes: {},
});

/** The Units of several threads together. */
export function sumUnits(parts: readonly UnitTally[]): UnitTally {
  const sum = noUnits();
  for (const { classes, ...counts } of parts) {
    for (const key of Object.keys(counts) as (keyof typeof counts)[]) sum[key] += counts[key];
    for (const [name, count] of Object.entries(classes)) {
      sum.classes[name] = (sum.classes[name] ?? 0) + count;
    }
  }
  return sum;
}

function refuse(tally: UnitTally, { error = "refused" }: ConnectOutcome): void {
  tally.errors++;
  tally.refused++;
  tally.classes[error] = (tally.classes[error] ?? 0) + 1;
}

function drop(tally: UnitTally): void {
  tally.lost++;
  tally.dropped++;
  tally.classes["dropped"] = tally.dropped;
}

function canaryOf({ canary, isOpen }: HeldUnits, index: number): CanaryEnd {
  const end = canary(index);
  return end === "good" || isOpen(partnerOf(index)) ? end : "none";
}

const slowly = ({ connectDeadlineMs }: HeldUnits, outcome: ConnectOutcome | undefined): boolean =>
  outcome !== undefined && outcome.tookMs > connectDeadlineMs;

function countCanary(tally: UnitTally, end: CanaryEnd, slow: boolean): void {
  switch (end) {
    case "good":
    case "none":
      if (slow) {
        tally.late++;
        tally.slow++;
      } else tally.good++;
      return;
    case "failed":
      tally.errors++;
      return;
    case "late":
    case "lost":
    case "unsent":
    case "pending":
      tally[end]++;
      return;
    default:
      return end satisfies never;
  }
}
