import { type Clock, pause } from "../load/clock.ts";

/** Steps are numbered from 1 on the wire; this one is priming, which no step owns. */
export const PRIME_STEP = 0;
export const NO_TAG = -1;

/** How new Units proved that what they publish is received. */
export interface PrimeOutcome {
  /** Units or streams that had to prove it, and those of them that nothing was received of. */
  readonly fresh: number;
  readonly silent: number;
}

export interface Priming {
  /** What has yet to prove itself. */
  readonly unproved: () => readonly number[];
  /** False where it cannot be published yet. */
  readonly publish: (one: number) => boolean;
  /** First publishes a second, of all threads together: each may cost an instance one access check. */
  readonly perSec: number;
  readonly threads: number;
  /** In all, and in addition for each that is primed. */
  readonly patienceMs: number;
  readonly eachMs: number;
  /** What is not received by then is published again. */
  readonly againMs: number;
  /** So many may be published and not received yet, over all threads; without it any number. */
  readonly mostOut?: number | undefined;
}

const LOOK_MS = 10;

/**
 * Everything new publishes once and must be received, so that no window pays for access checks that
 * a broker makes once per client and topic. Paced, because each such check may be a request to the
 * platform's backend.
 */
export async function primeAll(
  { unproved, publish, perSec, threads, patienceMs, eachMs, againMs, mostOut }: Priming,
  clock: Clock,
  signal: AbortSignal,
): Promise<PrimeOutcome> {
  const fresh = unproved();
  const startedAtMs = clock.now();
  const until = startedAtMs + patienceMs + fresh.length * eachMs * threads;
  const publishedAtMs = new Map<number, number>();
  let waiting = fresh;
  while (waiting.length > 0 && clock.now() < until) {
    const now = clock.now();
    const byNow = ((now - startedAtMs) * perSec) / threads / 1000 + 1;
    const received = fresh.length - waiting.length;
    const room = mostOut === undefined ? Infinity : received + Math.ceil(mostOut / threads);
    const mayHavePublished = Math.min(byNow, room);
    for (const one of waiting) {
      const before = publishedAtMs.get(one);
      if (before === undefined && publishedAtMs.size >= mayHavePublished) break;
      if (before !== undefined && now - before < againMs) continue;
      if (publish(one)) publishedAtMs.set(one, now);
    }
    await pause(clock, LOOK_MS, signal);
    waiting = unproved();
  }
  return { fresh: fresh.length, silent: waiting.length };
}
