import { monitorEventLoopDelay } from "node:perf_hooks";
import type { GeneratorHealth } from "#grader/contracts/trial.ts";
import { Histogram } from "./histogram.ts";

/** What our own process tells about itself. */
export interface ProcessProbe extends Disposable {
  /** CPU used since the process began, milliseconds. */
  cpuMs(): number;
  /** Longest event-loop stall since the last call, milliseconds. */
  takeLoopDelayMs(): number;
  rssBytes(): number;
}
export type OpenProbe = () => ProcessProbe;

/** The monitor counts its own sampling interval: a quiet loop reads as about this. */
const SAMPLING_MS = 10;

export const openProcessProbe: OpenProbe = () => {
  const loopDelay = monitorEventLoopDelay({ resolution: SAMPLING_MS });
  loopDelay.enable();
  return {
    cpuMs: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
    takeLoopDelayMs: () => {
      const longestMs = loopDelay.max / 1e6 - SAMPLING_MS;
      loopDelay.reset();
      return Number.isFinite(longestMs) ? Math.max(0, longestMs) : 0;
    },
    rssBytes: () => process.memoryUsage.rss(),
    [Symbol.dispose]: () => {
      loopDelay.disable();
    },
  };
};

/** Watches our own process, so that our faults are never counted against the target. */
export class HealthWatch implements Disposable {
  readonly #lateness = new Histogram();
  readonly #probe: ProcessProbe;
  readonly #now: () => number;
  #cpuMs: number;
  #sinceMs: number;

  constructor(now: () => number, openProbe: OpenProbe = openProcessProbe) {
    this.#probe = openProbe();
    this.#now = now;
    this.#sinceMs = now();
    this.#cpuMs = this.#probe.cpuMs();
  }

  /** @param ms handed to the socket minus intended send time. */
  lateness(ms: number): void {
    this.#lateness.record(ms);
  }

  /** Health since the last call, and a fresh start. */
  take(counts: { intended: number; unsent: number; openSockets: number }): GeneratorHealth {
    const nowMs = this.#now();
    const cpuMs = this.#probe.cpuMs();
    const health: GeneratorHealth = {
      latenessP50Ms: round(this.#lateness.quantile(0.5)),
      latenessP99Ms: round(this.#lateness.quantile(0.99)),
      latenessP999Ms: round(this.#lateness.quantile(0.999)),
      unsentRatio: counts.intended === 0 ? 0 : Math.min(1, counts.unsent / counts.intended),
      loopDelayMaxMs: round(this.#probe.takeLoopDelayMs()),
      cpuRatio: round((cpuMs - this.#cpuMs) / Math.max(1, nowMs - this.#sinceMs)),
      rssBytes: this.#probe.rssBytes(),
      openSockets: counts.openSockets,
    };
    this.#lateness.clear();
    this.#cpuMs = cpuMs;
    this.#sinceMs = nowMs;
    return health;
  }

  [Symbol.dispose](): void {
    this.#probe[Symbol.dispose]();
  }
}

const round = (value: number) => Math.round(value * 1000) / 1000;
