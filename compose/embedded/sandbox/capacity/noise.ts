import { normal, type Random } from "../random.ts";

/** How a capacity wanders: an Ornstein–Uhlenbeck process in log scale. */
export interface Noise {
  /** Relative standard deviation of the capacity, 0 for a steady one. */
  readonly sdRatio: number;
  /** Correlation time. */
  readonly tauMs: number;
}

/** The step of the process: far below `tauMs`, far above the time between messages. */
const STEP_MS = 50;

/** The factor on the capacity at a time; times asked for must not go back. */
export function createNoise({ sdRatio, tauMs }: Noise, random: Random): (atMs: number) => number {
  if (sdRatio === 0) return () => 1;
  let level = sdRatio * normal(random);
  let factor = Math.exp(level);
  let lastMs: number | undefined;
  return (atMs) => {
    lastMs ??= atMs;
    const elapsedMs = atMs - lastMs;
    if (elapsedMs < STEP_MS) return factor;
    // The exact transition of the process, so that a long idle time is one step.
    const keep = Math.exp(-elapsedMs / tauMs);
    level = level * keep + sdRatio * Math.sqrt(1 - keep * keep) * normal(random);
    factor = Math.exp(level);
    lastMs = atMs;
    return factor;
  };
}
