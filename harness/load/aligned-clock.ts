import { type Clock, systemClock } from "./clock.ts";

const SAMPLES = 8;

/** What a clock's zero is on the machine's monotonic clock, which all threads share; milliseconds. */
export function monotonicOriginMs(now: () => number): number {
  let originMs = -Infinity;
  for (let i = 0; i < SAMPLES; i++) {
    // A thread held up between the two readings makes it look earlier, never later.
    originMs = Math.max(originMs, Number(process.hrtime.bigint()) / 1e6 - now());
  }
  return originMs;
}

/** This thread's clock, showing what the clock of another thread shows, whose origin is given. */
export function alignedClock(originMs: number): Clock {
  const shiftMs = monotonicOriginMs(() => systemClock.now()) - originMs;
  return {
    now: () => performance.now() + shiftMs,
    wall: () => systemClock.wall(),
    sleepUntil: (atMs, signal) => systemClock.sleepUntil(atMs - shiftMs, signal),
  };
}
