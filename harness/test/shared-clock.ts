import type { OpenWake } from "../load/ticker.ts";
import { type SkippingClock, skippingClock } from "./skipping-clock.ts";

interface Waiter {
  readonly atMs: number;
  readonly wake: () => void;
}

/**
 * A clock for several who wait at the same time: it jumps to whoever is due first, so that nobody
 * is made late by another's jump. Stands still while nobody waits.
 */
export function sharedClock(): SkippingClock {
  let now = 1000;
  const waiters = new Set<Waiter>();
  let pumping = false;
  const pump = () => {
    const next = [...waiters].reduce<Waiter | undefined>(
      (first, one) => (first === undefined || one.atMs < first.atMs ? one : first),
      undefined,
    );
    pumping = next !== undefined;
    if (next === undefined) return;
    waiters.delete(next);
    now = Math.max(now, next.atMs);
    next.wake();
    setImmediate(pump);
  };
  const wait = (waiter: Waiter) => {
    waiters.add(waiter);
    if (pumping) return;
    pumping = true;
    setImmediate(pump);
  };
  const openWake: OpenWake = (_now, tick) => {
    let waiter: Waiter | undefined;
    const due = (atMs: number) => {
      waiter = { atMs, wake: turn };
      wait(waiter);
    };
    const turn = () => {
      waiter = undefined;
      const next = tick(now);
      if (next !== Infinity) due(next);
    };
    const stop = () => {
      if (waiter !== undefined) waiters.delete(waiter);
      waiter = undefined;
    };
    const again = () => {
      if (waiter === undefined) return;
      stop();
      due(now);
    };
    return { start: () => due(now), again, stop };
  };
  return {
    ...skippingClock(),
    now: () => now,
    wall: () => 1_795_000_000_000 + now,
    sleepUntil: (atMs, signal) => {
      if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
      return new Promise((resolve) => wait({ atMs, wake: resolve }));
    },
    advance: (ms) => {
      now += ms;
    },
    openWake,
  };
}
