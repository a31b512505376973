import { monitorEventLoopDelay, PerformanceObserver } from "node:perf_hooks";

/** The longest times in which the calling thread did nothing else. */
export interface PauseProbe extends Disposable {
  /** Longest event-loop stall since the last call, milliseconds. */
  takeLoopDelayMs(): number;
  /** Longest garbage collection since the last call, milliseconds. */
  takeGcPauseMs(): number;
}

/** The monitor counts its own sampling interval: a quiet loop reads as about this. */
const SAMPLING_MS = 10;

export function openPauseProbe(): PauseProbe {
  const loopDelay = monitorEventLoopDelay({ resolution: SAMPLING_MS });
  loopDelay.enable();
  let gcPauseMs = 0;
  const note = (entries: readonly { readonly duration: number }[]) => {
    for (const { duration } of entries) gcPauseMs = Math.max(gcPauseMs, duration);
  };
  const collections = new PerformanceObserver((list) => note(list.getEntries()));
  collections.observe({ entryTypes: ["gc"] });
  return {
    takeLoopDelayMs: () => {
      const longestMs = loopDelay.max / 1e6 - SAMPLING_MS;
      loopDelay.reset();
      return Number.isFinite(longestMs) ? Math.max(0, longestMs) : 0;
    },
    takeGcPauseMs: () => {
      // What is not yet delivered belongs to the time before this call as well.
      note(collections.takeRecords());
      const longestMs = gcPauseMs;
      gcPauseMs = 0;
      return longestMs;
    },
    [Symbol.dispose]: () => {
      loopDelay.disable();
      collections.disconnect();
    },
  };
}
