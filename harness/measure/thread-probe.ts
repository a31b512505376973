import { type EventLoopUtilization, performance } from "node:perf_hooks";
import { type ReadText, readText } from "./cgroup-probe.ts";

/**
 * Where a thread's CPU time comes from: the scheduler's own account of the thread, Node's, or an
 * upper bound (the process' CPU, or the time the event loop was not idle, whichever is less).
 */
export type CpuSource = "scheduler" | "thread" | "bound";

/** What the calling thread has used of the machine since it began; call it on that thread. */
export interface ThreadProbe {
  readonly source: CpuSource;
  cpuMs(): number;
  /** Time it was ready to run while another had the core, milliseconds; undefined if untold. */
  waitMs(): number | undefined;
}

type Usage = { readonly user: number; readonly system: number };
/** Node 23.9 and later. */
type WithThreadUsage = { readonly threadCpuUsage?: () => Usage };

const millisecondsOf = ({ user, system }: Usage): number => (user + system) / 1000;

/** Linux' scheduler statistics: nanoseconds run, nanoseconds waited in a run queue, slices. */
const SCHEDULER = "/proc/thread-self/schedstat";

export function openThreadProbe(read: ReadText = readText): ThreadProbe {
  if (schedulerTimes(read) !== undefined) {
    return {
      source: "scheduler",
      cpuMs: () => schedulerTimes(read)?.runMs ?? 0,
      waitMs: () => schedulerTimes(read)?.waitMs,
    };
  }
  const { threadCpuUsage } = process as WithThreadUsage;
  if (threadCpuUsage !== undefined) {
    const cpuMs = () => millisecondsOf(threadCpuUsage.call(process));
    return { source: "thread", cpuMs, waitMs: () => undefined };
  }
  return { source: "bound", cpuMs: boundedCpu(), waitMs: () => undefined };
}

/** A kernel built without the statistics answers with zeros. */
function schedulerTimes(
  read: ReadText,
): { readonly runMs: number; readonly waitMs: number } | undefined {
  const [run = 0, wait = 0] = (read(SCHEDULER) ?? "").split(" ").map(Number);
  return run > 0 ? { runMs: run / 1e6, waitMs: wait / 1e6 } : undefined;
}

/**
 * The process counts its helper threads too, and the event loop counts short sleeps as work: both
 * say too much, so the less of the two is taken from one look to the next.
 */
function boundedCpu(): () => number {
  let usedMs = 0;
  let process_ = process.cpuUsage();
  let loop: EventLoopUtilization = performance.eventLoopUtilization();
  return () => {
    const processNow = process.cpuUsage();
    const loopNow = performance.eventLoopUtilization();
    const ofProcess = millisecondsOf(processNow) - millisecondsOf(process_);
    usedMs += Math.max(0, Math.min(ofProcess, loopNow.active - loop.active));
    process_ = processNow;
    loop = loopNow;
    return usedMs;
  };
}
