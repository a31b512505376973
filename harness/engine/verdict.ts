import type { Objective } from "#grader/contracts/objective.ts";
import type { WindowVerdict } from "#grader/contracts/trial.ts";

/** The counts a window is judged on. Conservation: planned sends all end in one of the ends. */
export interface WindowCounts {
  readonly planned: number;
  readonly bad: number;
  readonly lost: number;
  readonly errors: number;
  /** Growth of the in-flight count over the window; may be negative. */
  readonly growth: number;
}

export interface Judgement {
  readonly verdict: WindowVerdict;
  readonly reason: string;
}

const percent = (ratio: number) => `${(ratio * 100).toFixed(ratio < 0.001 ? 3 : 2)} %`;

/** Whether a window met its objective (grading method, "good window", rules 1 to 3). */
export function judgeWindow(
  counts: WindowCounts,
  objective: Objective,
  growthRule: boolean,
): Judgement {
  const { planned, bad, lost, errors, growth } = counts;
  if (planned === 0) return { verdict: "invalid", reason: "no message was planned" };
  const badRatio = bad / planned;
  if (badRatio > objective.maxBadRatio) {
    return {
      verdict: "bad",
      reason: `${percent(badRatio)} missed the ${objective.deadlineMs} ms deadline, allowed ${percent(objective.maxBadRatio)}`,
    };
  }
  // A window of few messages must be allowed one: 0.1 % of 300 is none.
  const lostAllowed = Math.max(objective.maxLostRatio * planned, 1);
  if (lost + errors > lostAllowed) {
    return {
      verdict: "bad",
      reason: `${lost} lost and ${errors} failed of ${planned}, allowed ${percent(objective.maxLostRatio)}`,
    };
  }
  const growthAllowed = Math.max(objective.maxGrowthRatio * planned, objective.growthSlack);
  if (growthRule && growth > growthAllowed) {
    return {
      verdict: "bad",
      reason: `in-flight grew by ${growth}, allowed ${Math.floor(growthAllowed)}: the target fell behind`,
    };
  }
  const missed = bad === 0 ? "no message" : percent(badRatio);
  return { verdict: "good", reason: `${missed} missed the deadline` };
}

/** What the generator did, against what it must do for a window to count. */
export interface GeneratorFacts {
  readonly intended: number;
  /** Slots never sent through our own fault. */
  readonly unsentByUs: number;
  readonly latenessP99Ms: number;
  readonly latenessP999Ms: number;
  readonly loopDelayMaxMs: number;
  readonly cpuRatio: number;
  /** Scheduled minus all ends; anything but zero is an accounting error. */
  readonly unaccounted: number;
}

export const GUARD = {
  maxUnsentRatio: 0.001,
  /** Shares of the deadline. */
  maxLatenessP99: 0.1,
  maxLatenessP999: 0.5,
  maxLoopDelay: 0.2,
  /** Share of one core. */
  maxCpuRatio: 0.7,
} as const;

/**
 * Why the generator spoiled a window, or undefined when it did not (grading method, "generator
 * guard"). Loop stalls and lateness are measured against the deadline, but never asked to be finer
 * than 25 ms: below that a shared machine's own scheduling decides.
 */
export function generatorFault(facts: GeneratorFacts, deadlineMs: number): string | undefined {
  const floorMs = 25;
  if (facts.unaccounted !== 0) {
    return `${facts.unaccounted} messages are unaccounted for: a bug of the generator`;
  }
  if (facts.unsentByUs > Math.max(1, GUARD.maxUnsentRatio * facts.intended)) {
    return `${facts.unsentByUs} of ${facts.intended} sends were never made in time`;
  }
  const p99Limit = Math.max(floorMs, GUARD.maxLatenessP99 * deadlineMs);
  if (facts.latenessP99Ms > p99Limit) {
    return `sends were ${facts.latenessP99Ms.toFixed(1)} ms late at p99, allowed ${p99Limit} ms`;
  }
  const p999Limit = Math.max(2 * floorMs, GUARD.maxLatenessP999 * deadlineMs);
  if (facts.latenessP999Ms > p999Limit) {
    return `sends were ${facts.latenessP999Ms.toFixed(1)} ms late at p99.9, allowed ${p999Limit} ms`;
  }
  const stallLimit = Math.max(2 * floorMs, GUARD.maxLoopDelay * deadlineMs);
  if (facts.loopDelayMaxMs > stallLimit) {
    return `the generator stalled for ${facts.loopDelayMaxMs.toFixed(0)} ms, allowed ${stallLimit} ms`;
  }
  if (facts.cpuRatio > GUARD.maxCpuRatio) {
    return `the generator used ${(facts.cpuRatio * 100).toFixed(0)} % of a core, allowed ${GUARD.maxCpuRatio * 100} %`;
  }
  return undefined;
}
