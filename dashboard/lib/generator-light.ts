import type { GeneratorHealth } from "#grader/contracts/trial.ts";
import { latency, percent } from "#reports/render/format.ts";
import type { Tone } from "./standing.ts";

export type LiveHealth = Pick<
  GeneratorHealth,
  "cpuRatio" | "loopDelayMaxMs" | "latenessP99Ms" | "unsentRatio"
>;

/** One lamp of the generator's light. */
export interface Gauge {
  readonly label: string;
  readonly value: string;
  readonly limit: string;
  readonly within: boolean;
}

export interface GeneratorLight {
  readonly tone: Tone;
  readonly words: string;
  readonly gauges: readonly Gauge[];
}

/**
 * The grading method's generator guard (2.4), as harness/engine/verdict.ts applies it to windows:
 * shares of the deadline, but never finer than a shared machine's own scheduling.
 */
const GUARD = {
  finestMs: 25,
  cpuRatio: 0.7,
  loopDelayOfDeadline: 0.2,
  latenessOfDeadline: 0.1,
  unsentRatio: 0.001,
} as const;

/** Whether we, not the target, may be the limit right now. A window's verdict is the search's. */
export function generatorLight(health: LiveHealth | null, deadlineMs: number): GeneratorLight {
  if (health === null) {
    return { tone: "idle", words: "nothing heard from the generator yet", gauges: [] };
  }
  const lateLimit = Math.max(GUARD.finestMs, deadlineMs * GUARD.latenessOfDeadline);
  const stallLimit = Math.max(2 * GUARD.finestMs, deadlineMs * GUARD.loopDelayOfDeadline);
  const gauges = [
    gauge("CPU", percent, health.cpuRatio, GUARD.cpuRatio),
    gauge("Loop delay", latency, health.loopDelayMaxMs, stallLimit),
    gauge("Lateness p99", latency, health.latenessP99Ms, lateLimit),
    gauge("Unsent", percent, health.unsentRatio, GUARD.unsentRatio),
  ];
  const beyond = gauges.filter(({ within }) => !within).map(({ label }) => label);
  if (beyond.length === 0) return { tone: "good", words: "generator healthy", gauges };
  return { tone: "warn", words: `generator strained: ${beyond.join(", ")}`, gauges };
}

function gauge(
  label: string,
  words: (value: number) => string,
  value: number,
  limit: number,
): Gauge {
  return { label, value: words(value), limit: `at most ${words(limit)}`, within: value <= limit };
}
