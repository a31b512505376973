import type { Clock } from "../load/clock.ts";
import type { OpenProbe } from "../measure/generator-health.ts";
import type { OpenWake } from "../load/ticker.ts";

export interface SkippingClock extends Clock {
  /** Time moves only here and in sleeps. */
  advance(ms: number): void;
  /** Ticks at virtual times, one per turn of the event loop. */
  readonly openWake: OpenWake;
  /** A process that never stalls: what virtual time cannot tell about the real one. */
  readonly openProbe: OpenProbe;
}

/** A clock on which sleeping jumps straight to the wake-up time. */
export function skippingClock(): SkippingClock {
  let now = 1000;
  return {
    now: () => now,
    wall: () => 1_795_000_000_000 + now,
    sleepUntil: (atMs, signal) => {
      if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
      now = Math.max(now, atMs);
      return new Promise((resolve) => {
        setImmediate(resolve);
      });
    },
    advance: (ms) => {
      now += ms;
    },
    openProbe: () => ({
      cpuMs: () => 0,
      takeLoopDelayMs: () => 0,
      rssBytes: () => 0,
      [Symbol.dispose]: () => {},
    }),
    openWake: (_now, tick) => {
      let running = false;
      const turn = () => {
        if (!running) return;
        const due = tick(now);
        if (due === Infinity) return;
        now = Math.max(now, due);
        setImmediate(turn);
      };
      return {
        start: () => {
          running = true;
          setImmediate(turn);
        },
        // It jumps to what is due anyway.
        again: () => {},
        stop: () => {
          running = false;
        },
      };
    },
  };
}
