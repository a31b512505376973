import type { Objective } from "#grader/contracts/objective.ts";
import type { GeneratorHealth, WindowVerdict } from "#grader/contracts/trial.ts";

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
  if (bad > Math.max(objective.maxBadRatio * planned, objective.badSlack ?? 0)) {
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

/** What the generator did in a window, against what it must do for the window to count. */
export interface GeneratorFacts
  extends Pick<
    GeneratorHealth,
    | "latenessP99Ms"
    | "latenessP999Ms"
    | "loopDelayMaxMs"
    | "cpuRatio"
    | "waitRatio"
    | "quotaRatio"
    | "throttledMs"
    | "gcPauseMaxMs"
  > {
  readonly intended: number;
  /** Slots never sent through our own fault. */
  readonly unsentByUs: number;
  /** Scheduled minus all ends; anything but zero is an accounting error. */
  readonly unaccounted: number;
  readonly inFlight?: InFlightSums;
}

/** Two accounts of how long messages were in flight in a window, kept apart (Little's law). */
export interface InFlightSums {
  /** The in-flight count, summed over time: mean in-flight × length, milliseconds. */
  readonly countedMs: number;
  /** What the single messages took: rate × mean time × length, milliseconds. */
  readonly timedMs: number;
  /** Messages that began or ended in the window. */
  readonly events: number;
}

export const GUARD = {
  maxUnsentRatio: 0.001,
  /** Shares of the deadline. */
  maxLatenessP99: 0.1,
  maxLatenessP999: 0.5,
  maxLoopDelay: 0.2,
  /** Share of one core, or of as much of it as others left; of the process, of all it may use. */
  maxCpuRatio: 0.7,
  /** Kept off its core for longer than this, even the median message met a generator that waited. */
  maxWaitRatio: 0.5,
  /** Kept off its core this much, it was late because of others. */
  tellingWaitRatio: 0.25,
  maxImbalance: 0.05,
  /** What one event may be mistimed by: its moment is read once for a whole tick. */
  eventSlackMs: 1,
} as const;

/** How late and how long stalled the generator may be at a deadline, milliseconds. */
export interface TimingLimits {
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly stallMs: number;
}

/**
 * Shares of the deadline, down to what a system can keep at all: a scheduler's tick is 4 ms, and
 * the watch on the event loop looks every 10 ms. A deadline that needs finer times is not measured.
 */
export const timingLimits = (deadlineMs: number): TimingLimits => ({
  p99Ms: Math.max(5, GUARD.maxLatenessP99 * deadlineMs),
  p999Ms: Math.max(10, GUARD.maxLatenessP999 * deadlineMs),
  stallMs: Math.max(20, GUARD.maxLoopDelay * deadlineMs),
});

type Rule = (facts: GeneratorFacts, limits: TimingLimits) => string | undefined;

/** The generator guard (grading method, 2.4). With a wrong count all is wrong: first of all. */
const ACCOUNTING: readonly Rule[] = [
  ({ unaccounted }) =>
    unaccounted === 0
      ? undefined
      : `${unaccounted} messages are unaccounted for: a bug of the generator`,
  ({ inFlight }) => (inFlight === undefined ? undefined : imbalance(inFlight)),
];

const TIMING: readonly Rule[] = [
  ({ intended, unsentByUs }) =>
    unsentByUs <= GUARD.maxUnsentRatio * intended
      ? undefined
      : `${unsentByUs} of ${intended} sends were never made in time`,
  ({ latenessP99Ms }, { p99Ms }) => late(latenessP99Ms, "p99", p99Ms),
  ({ latenessP999Ms }, { p999Ms }) => late(latenessP999Ms, "p99.9", p999Ms),
  // A collection stalls the loop as well: named first, because it says why.
  ({ gcPauseMaxMs = 0 }, { stallMs }) =>
    gcPauseMaxMs <= stallMs
      ? undefined
      : `garbage collection stopped the generator for ${gcPauseMaxMs.toFixed(0)} ms, allowed ${stallMs} ms`,
  ({ loopDelayMaxMs }, { stallMs }) =>
    loopDelayMaxMs <= stallMs
      ? undefined
      : `the generator stalled for ${loopDelayMaxMs.toFixed(0)} ms, allowed ${stallMs} ms`,
];

const CPU: readonly Rule[] = [
  ({ throttledMs = 0 }) =>
    throttledMs === 0
      ? undefined
      : `a CPU limit of the system held the generator back for ${throttledMs.toFixed(0)} ms`,
  ({ waitRatio = 0 }) =>
    waitRatio <= GUARD.maxWaitRatio
      ? undefined
      : `other programs kept the generator off its core for ${whole(waitRatio)} of the time, allowed ${whole(GUARD.maxWaitRatio)}`,
  ({ cpuRatio, waitRatio = 0 }) => tooBusy(cpuRatio, Math.max(0, 1 - waitRatio)),
  ({ quotaRatio = 0 }) =>
    quotaRatio <= GUARD.maxCpuRatio
      ? undefined
      : `the generator used ${whole(quotaRatio)} of the CPU it may use, allowed ${whole(GUARD.maxCpuRatio)}`,
];

/** Why the generator spoiled a window, or undefined when it did not. */
export function generatorFault(facts: GeneratorFacts, deadlineMs: number): string | undefined {
  const limits = timingLimits(deadlineMs);
  const broken = (rules: readonly Rule[]): string | undefined => {
    for (const rule of rules) {
      const fault = rule(facts, limits);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
  const untimely = broken(TIMING);
  return (
    broken(ACCOUNTING) ??
    (untimely === undefined ? broken(CPU) : `${untimely}${causeOf(facts.waitRatio)}`)
  );
}

/** Being late has a cause that a person can do something about, where the system tells it. */
const causeOf = (waitRatio = 0): string =>
  waitRatio <= GUARD.tellingWaitRatio
    ? ""
    : `; other programs had its core for ${whole(waitRatio)} of the time`;

/** Whether the wrong was in what we counted, where neither more CPU nor quiet helps. */
function imbalance({ countedMs, timedMs, events }: InFlightSums): string | undefined {
  const apart = Math.abs(countedMs - timedMs);
  const most = Math.max(countedMs, timedMs);
  const slack = GUARD.eventSlackMs * Math.max(1, events);
  if (apart <= GUARD.maxImbalance * most + slack) return undefined;
  return `the in-flight count and the messages' own times are ${whole(apart / most)} apart (Little's law), allowed ${whole(GUARD.maxImbalance)}: a bug of the generator`;
}

const late = (ms: number, quantile: string, limitMs: number): string | undefined =>
  ms <= limitMs
    ? undefined
    : `sends were ${ms.toFixed(1)} ms late at ${quantile}, allowed ${limitMs} ms`;

function tooBusy(cpuRatio: number, leftRatio: number): string | undefined {
  if (cpuRatio <= GUARD.maxCpuRatio * leftRatio) return undefined;
  const left = leftRatio > 0.9 ? "" : ` of the ${whole(leftRatio)} that other programs left it`;
  return `the generator used ${whole(cpuRatio)} of a core, allowed ${whole(GUARD.maxCpuRatio)}${left}`;
}

const whole = (ratio: number): string => `${(ratio * 100).toFixed(0)} %`;
