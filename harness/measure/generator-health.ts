import { availableParallelism } from "node:os";
import type { GeneratorHealth } from "#grader/contracts/trial.ts";
import { openCpuGroup } from "./cgroup-probe.ts";
import { Histogram } from "./histogram.ts";
import { openPauseProbe } from "./pause-probe.ts";
import { type CpuSource, openThreadProbe } from "./thread-probe.ts";

/**
 * What our own process tells about itself, the thread that asks above all. Totals run since the
 * thread began. What is optional not every system tells.
 */
export interface ProcessProbe extends Disposable {
  /** CPU of this thread, milliseconds. */
  cpuMs(): number;
  readonly cpuSource?: CpuSource;
  /** Time this thread was ready to run while another had the core, milliseconds. */
  waitMs?(): number | undefined;
  /** CPU of the whole process, milliseconds. */
  processCpuMs?(): number;
  /** Cores the whole process may use. */
  readonly quotaCores?: number;
  /** Time our group of processes was held back by its CPU limit, milliseconds. */
  throttledMs?(): number;
  /** Longest event-loop stall since the last call, milliseconds. */
  takeLoopDelayMs(): number;
  /** Longest garbage collection since the last call, milliseconds. */
  takeGcPauseMs?(): number;
  rssBytes(): number;
}
export type OpenProbe = () => ProcessProbe;

export const openProcessProbe: OpenProbe = () => {
  const thread = openThreadProbe();
  const group = openCpuGroup();
  const pauses = openPauseProbe();
  return {
    cpuMs: () => thread.cpuMs(),
    cpuSource: thread.source,
    waitMs: () => thread.waitMs(),
    processCpuMs: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
    quotaCores: Math.min(availableParallelism(), group?.quotaCores ?? Infinity),
    throttledMs: () => group?.throttledMs() ?? 0,
    takeLoopDelayMs: () => pauses.takeLoopDelayMs(),
    takeGcPauseMs: () => pauses.takeGcPauseMs(),
    rssBytes: () => process.memoryUsage.rss(),
    [Symbol.dispose]: () => pauses[Symbol.dispose](),
  };
};

interface HealthCounts {
  readonly intended: number;
  /** Sends never made through our own fault. */
  readonly unsent: number;
  readonly openSockets: number;
}

/** Totals at one moment. */
interface Totals {
  readonly atMs: number;
  readonly cpuMs: number;
  readonly waitMs: number | undefined;
  readonly processCpuMs: number | undefined;
  readonly throttledMs: number | undefined;
}

/** Watches our own process, so that our faults are never counted against the target. */
export class HealthWatch implements Disposable {
  readonly #lateness = new Histogram();
  readonly #probe: ProcessProbe;
  readonly #now: () => number;
  #since: Totals;

  constructor(now: () => number, openProbe: OpenProbe = openProcessProbe) {
    this.#probe = openProbe();
    this.#now = now;
    this.#since = this.#totals();
  }

  /** @param ms handed to the socket minus intended send time. */
  lateness(ms: number): void {
    this.#lateness.record(ms);
  }

  /** Health since the last call, and a fresh start. */
  take({ intended, unsent, openSockets }: HealthCounts): GeneratorHealth {
    const probe = this.#probe;
    const since = this.#since;
    const now = this.#totals();
    const spanMs = Math.max(1, now.atMs - since.atMs);
    const health: GeneratorHealth = {
      latenessP50Ms: round(this.#lateness.quantile(0.5)),
      latenessP99Ms: round(this.#lateness.quantile(0.99)),
      latenessP999Ms: round(this.#lateness.quantile(0.999)),
      unsentRatio: intended === 0 ? 0 : Math.min(1, unsent / intended),
      loopDelayMaxMs: round(probe.takeLoopDelayMs()),
      cpuRatio: round((now.cpuMs - since.cpuMs) / spanMs),
      rssBytes: probe.rssBytes(),
      openSockets,
      ...known("waitRatio", difference(now.waitMs, since.waitMs), spanMs),
      ...known(
        "quotaRatio",
        difference(now.processCpuMs, since.processCpuMs),
        spanMs * (probe.quotaCores ?? 1),
      ),
      ...known("throttledMs", difference(now.throttledMs, since.throttledMs)),
      ...known("gcPauseMaxMs", probe.takeGcPauseMs?.()),
      ...(probe.cpuSource === undefined ? {} : { cpuSource: probe.cpuSource }),
    };
    this.#lateness.clear();
    this.#since = now;
    return health;
  }

  [Symbol.dispose](): void {
    this.#probe[Symbol.dispose]();
  }

  #totals(): Totals {
    const probe = this.#probe;
    return {
      atMs: this.#now(),
      cpuMs: probe.cpuMs(),
      waitMs: probe.waitMs?.(),
      processCpuMs: probe.processCpuMs?.(),
      throttledMs: probe.throttledMs?.(),
    };
  }
}

/** Figures that not every system tells. */
const OPTIONAL = ["waitRatio", "quotaRatio", "throttledMs", "gcPauseMaxMs"] as const;
type Optional = (typeof OPTIONAL)[number];

/** What was told of some threads, the worst of each figure; each must do its own work in time. */
export function worstTold(parts: readonly GeneratorHealth[]): Partial<GeneratorHealth> {
  const told = OPTIONAL.flatMap((name) => {
    const values = parts.map((part) => part[name]).filter((value) => value !== undefined);
    return values.length === 0 ? [] : [[name, Math.max(...values)]];
  });
  const cpuSource = parts.find((part) => part.cpuSource !== undefined)?.cpuSource;
  return { ...Object.fromEntries(told), ...(cpuSource === undefined ? {} : { cpuSource }) };
}

const known = (name: Optional, value: number | undefined, per = 1): Partial<GeneratorHealth> =>
  value === undefined ? {} : { [name]: round(value / per) };

const difference = (now: number | undefined, before: number | undefined): number | undefined =>
  now === undefined || before === undefined ? undefined : Math.max(0, now - before);

const round = (value: number) => Math.round(value * 1000) / 1000;
