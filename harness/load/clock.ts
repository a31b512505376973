/** Time as the harness sees it. Injected, so that tests can skip it. */
export interface Clock {
  /** Monotonic milliseconds with sub-millisecond digits; only differences mean anything. */
  now(): number;
  /** Unix epoch milliseconds, for what people and the store read. */
  wall(): number;
  /** Resolves at `atMs` of `now()`, or rejects with the signal's reason. */
  sleepUntil(atMs: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  sleepUntil: (atMs, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(abortReason(signal));
        return;
      }
      const timer = setTimeout(
        () => {
          signal?.removeEventListener("abort", stop);
          resolve();
        },
        Math.max(0, atMs - performance.now()),
      );
      const stop = () => {
        clearTimeout(timer);
        if (signal !== undefined) reject(abortReason(signal));
      };
      signal?.addEventListener("abort", stop, { once: true });
    }),
};

/** The signal's reason as an Error, whatever it was aborted with. */
export function abortReason(signal: AbortSignal): Error {
  const { reason } = signal as { reason: unknown };
  return reason instanceof Error ? reason : new Error(String(reason));
}

/** Resolves after `ms`, by the given clock. */
export const pause = (clock: Clock, ms: number, signal?: AbortSignal): Promise<void> =>
  clock.sleepUntil(clock.now() + ms, signal);
