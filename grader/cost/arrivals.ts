/** Rates of the ways in which messages come, as profiles tell them. Times in milliseconds. */

export type ArrivalKind =
  | { readonly kind: "periodic"; readonly every: number }
  | { readonly kind: "poisson"; readonly every: number }
  | {
      readonly kind: "bursts";
      readonly every: number;
      readonly messages: number;
      readonly gap: number;
    }
  | { readonly kind: "trace"; readonly offsetsMs: readonly number[]; readonly length: number };

/** Messages of a minute: their mean count and its variance. */
export interface MinuteCount {
  readonly mean: number;
  readonly variance: number;
}

const MINUTE_MS = 60_000;

/** Mean messages a second. */
export function perSecOf(when: ArrivalKind): number {
  switch (when.kind) {
    case "periodic":
    case "poisson":
      return 1000 / when.every;
    case "bursts":
      return (1000 * when.messages) / when.every;
    case "trace":
      return (1000 * when.offsetsMs.length) / when.length;
    default:
      return when satisfies never;
  }
}

/**
 * Count of one minute. A burst is taken to fall into one minute, which for long ones errs high:
 * bursts are memoryless, so the variance is their rate times the mean square of their size, and of
 * a geometric size with mean m that is 2m² − m.
 */
export function minuteCount(when: ArrivalKind): MinuteCount {
  const mean = (perSecOf(when) * MINUTE_MS) / 1000;
  switch (when.kind) {
    case "periodic": {
      const part = mean - Math.floor(mean + 1e-9);
      return { mean, variance: Math.max(0, part * (1 - part)) };
    }
    case "poisson":
      return { mean, variance: mean };
    case "bursts":
      return {
        mean,
        variance: (MINUTE_MS / when.every) * (2 * when.messages ** 2 - when.messages),
      };
    case "trace":
      return { mean, variance: traceVariance(when.offsetsMs, when.length, mean) };
    default:
      return when satisfies never;
  }
}

function traceVariance(offsetsMs: readonly number[], lengthMs: number, mean: number): number {
  const minutes = new Map<number, number>();
  for (const at of offsetsMs) {
    const minute = Math.floor(at / MINUTE_MS);
    minutes.set(minute, (minutes.get(minute) ?? 0) + 1);
  }
  const total = Math.max(1, Math.round(lengthMs / MINUTE_MS));
  const squares = [...minutes.values()].reduce((sum, count) => sum + count ** 2, 0);
  return Math.max(0, squares / total - mean ** 2);
}

/**
 * Messages a second that are taken when at least `leastGapMs` must lie between two of them, and of
 * the process only a share `chance`, drawn alike for each, is offered.
 */
export function takenPerSec(when: ArrivalKind, leastGapMs: number, chance = 1): number {
  const offered = perSecOf(when) * chance;
  if (leastGapMs <= 0 || offered === 0) return offered;
  switch (when.kind) {
    case "periodic": {
      // The first cycle past the gap, and then each until one is offered.
      const cycles = Math.max(1, Math.ceil(leastGapMs / when.every - 1e-9)) + 1 / chance - 1;
      return 1000 / (cycles * when.every);
    }
    case "poisson":
      return 1000 / (leastGapMs + when.every / chance);
    case "bursts": {
      const size = when.messages * chance;
      const gap = when.gap / chance;
      const taken = size <= 1 ? size : 1 + ((size - 1) * gap) / (leastGapMs + gap);
      return Math.min((1000 * taken) / when.every, 1000 / leastGapMs);
    }
    case "trace":
      return Math.min(offered, takenOfTrace(when.offsetsMs, when.length, leastGapMs));
    default:
      return when satisfies never;
  }
}

function takenOfTrace(offsetsMs: readonly number[], lengthMs: number, leastGapMs: number): number {
  let last = -Infinity;
  let taken = 0;
  for (const at of offsetsMs) {
    if (at - last < leastGapMs) continue;
    last = at;
    taken += 1;
  }
  return (1000 * taken) / lengthMs;
}
