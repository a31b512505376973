import { bad, type Check, ok } from "../check.ts";

const SLEEPS = 100;
/** The slice in which the generator waits for a send that is due. */
const SLICE_MS = 0.2;
const WANTED_MS = 0.5;
/** Above this, sends are late by more than the guard of a 100 ms deadline allows. */
const USABLE_MS = 10;

export const sleepError: Check = {
  id: "sleep",
  title: "Sleep error",
  about: "machine",
  run: ({ world }) => judgeSleeps(sleepErrorsMs(() => world.clock.now())),
};

/** How much later than asked each of some short sleeps ended; takes about 30 ms. */
function sleepErrorsMs(now: () => number): number[] {
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  return Array.from({ length: SLEEPS }, () => {
    const startedAtMs = now();
    Atomics.wait(sleeper, 0, 0, SLICE_MS);
    return now() - startedAtMs - SLICE_MS;
  });
}

export function judgeSleeps(errorsMs: readonly number[]) {
  const sorted = errorsMs.toSorted((a, b) => a - b);
  const at = (q: number) => Math.max(0, sorted[Math.floor(q * (sorted.length - 1))] ?? 0);
  const seen = `${at(0.5).toFixed(2)} ms late in the middle, ${at(0.95).toFixed(2)} ms at p95`;
  const needed = `p95 within ${WANTED_MS} ms`;
  if (at(0.95) <= WANTED_MS) return ok(seen, needed);
  const fix =
    "keep the machine idle and out of power saving: `sudo cpupower frequency-set -g performance`";
  return bad(at(0.95) <= USABLE_MS ? "warn" : "fail", seen, needed, fix);
}
