import { bad, type Check, ok } from "../check.ts";

const SAMPLES = 2000;
/** Histograms are counted in microseconds; a coarser clock cannot fill them. */
const WANTED_MS = 0.01;
const USABLE_MS = 1;

export const clockResolution: Check = {
  id: "clock",
  title: "Clock",
  about: "machine",
  run: ({ world }) => judgeClock(finestStepMs(() => world.clock.now())),
};

/** Smallest step the monotonic clock was seen to take. */
export function finestStepMs(now: () => number): number {
  let finest = Infinity;
  let before = now();
  for (let i = 0; i < SAMPLES; i++) {
    const at = now();
    if (at > before) finest = Math.min(finest, at - before);
    before = at;
  }
  return finest;
}

export function judgeClock(stepMs: number) {
  const seen = Number.isFinite(stepMs)
    ? `steps of ${(stepMs * 1000).toPrecision(2)} µs`
    : "stands still";
  const needed = "10 µs or finer";
  if (stepMs <= WANTED_MS) return ok(seen, needed);
  const fix =
    "choose the finer clock source: `echo tsc | sudo tee /sys/devices/system/clocksource/clocksource0/current_clocksource`";
  return bad(stepMs <= USABLE_MS ? "warn" : "fail", seen, needed, fix);
}
