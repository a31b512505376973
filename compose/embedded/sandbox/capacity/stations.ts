import type { Clock } from "../clock.ts";
import { seededRandom } from "../random.ts";
import { createService } from "./service.ts";
import { createStation, type Station } from "./station.ts";

/** The true capacity per second of each axis that has one; an absent one is unlimited. */
export interface Capacity {
  readonly relay?: number;
  readonly api?: number;
}

export interface StationsOptions {
  readonly capacity: Capacity;
  /** Relative standard deviation of both capacities in percent. */
  readonly noisePercent: number;
  readonly seed: number;
  readonly clock: Clock;
}

const NOISE_TAU_MS = 8000;
const FLOOR_SIGMA = 0.5;
const RELAY = { bufferMs: 1000, floorMedianMs: 2, floorSigma: FLOOR_SIGMA } as const;
const API = { bufferMs: 2000, floorMedianMs: 8, floorSigma: FLOOR_SIGMA } as const;

/** The two servers of the instance: one for node messages, one for REST and the ACL hook. */
export function createStations(options: StationsOptions): { relay: Station; api: Station } {
  const { capacity, clock, seed } = options;
  const noise = { sdRatio: options.noisePercent / 100, tauMs: NOISE_TAU_MS };
  const build = (model: typeof RELAY | typeof API, perSec: number | undefined, stream: number) =>
    createStation(createService({ ...model, perSec, noise }, seededRandom(stream)), clock);
  // Two streams of randomness, or traffic on one axis would change the other.
  return {
    relay: build(RELAY, capacity.relay, seed * 2),
    api: build(API, capacity.api, seed * 2 + 1),
  };
}
