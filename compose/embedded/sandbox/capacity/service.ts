import { erlang4, normal, type Random } from "../random.ts";
import { createNoise, type Noise } from "./noise.ts";

/** One server with a first-in first-out queue: the truth that a measurement should find. */
export interface ServiceModel {
  /** Pieces of work per second; undefined for no limit. */
  readonly perSec?: number | undefined;
  /** Work that would wait longer than this is dropped. */
  readonly bufferMs: number;
  readonly noise: Noise;
  /** Median of the lognormal time that every piece takes even on an idle server. */
  readonly floorMedianMs: number;
  /** Standard deviation of the logarithm of that time. */
  readonly floorSigma: number;
}

export interface Service {
  /** When the work that arrives now is done, or undefined when the buffer is full. */
  arrive(nowMs: number, cost?: number): number | undefined;
  /** How long work that arrives now would wait for the server. */
  backlogMs(nowMs: number): number;
  /** Forgets the work that waits. */
  clear(nowMs: number): void;
}

/**
 * Lateness and loss come from the backlog alone, never from a random verdict. Work leaves in the
 * order in which it came: the floor of one piece never lets a later one overtake it.
 */
export function createService(model: ServiceModel, random: Random): Service {
  const { perSec, bufferMs, floorMedianMs, floorSigma } = model;
  const factorAt = createNoise(model.noise, random);
  let busyUntilMs = Number.NEGATIVE_INFINITY;
  let lastDueMs = Number.NEGATIVE_INFINITY;

  const serve = (nowMs: number, cost: number): number => {
    if (perSec === undefined) return nowMs;
    const startMs = Math.max(nowMs, busyUntilMs);
    const meanMs = (1000 * cost) / (perSec * factorAt(startMs));
    busyUntilMs = startMs + meanMs * erlang4(random);
    return busyUntilMs;
  };

  return {
    arrive(nowMs, cost = 1) {
      if (busyUntilMs - nowMs > bufferMs) return undefined;
      const floorMs = floorMedianMs * Math.exp(floorSigma * normal(random));
      lastDueMs = Math.max(lastDueMs, serve(nowMs, cost) + floorMs);
      return lastDueMs;
    },
    backlogMs: (nowMs) => Math.max(0, busyUntilMs - nowMs),
    clear(nowMs) {
      busyUntilMs = Math.min(busyUntilMs, nowMs);
      lastDueMs = Math.min(lastDueMs, nowMs);
    },
  };
}
