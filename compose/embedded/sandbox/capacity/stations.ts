import type { Clock } from "../clock.ts";
import { seededRandom } from "../random.ts";
import { createService, type ServiceModel } from "./service.ts";
import { createStation, idleStation, type Station } from "./station.ts";

/** The true capacity per second of each axis that has one; an absent one is unlimited. */
export interface Capacity {
  /** Connections at a time. */
  readonly link?: number;
  readonly relay?: number;
  /** Messages that the DataPipe handles. */
  readonly store?: number;
  /** State messages that the backend accepts; a log message is several of them. */
  readonly base?: number;
  readonly api?: number;
}

export interface StationsOptions {
  readonly capacity: Capacity;
  /** Relative standard deviation of the capacities in percent. */
  readonly noisePercent: number;
  readonly seed: number;
  readonly clock: Clock;
}

const NOISE_TAU_MS = 8000;
const FLOOR_SIGMA = 0.5;
const RELAY = { bufferMs: 1000, floorMedianMs: 2, floorSigma: FLOOR_SIGMA } as const;
const API = { bufferMs: 2000, floorMedianMs: 8, floorSigma: FLOOR_SIGMA } as const;

/** What waits for a service waits in the broker, which has its own limit. */
const SERVICE = { bufferMs: Number.POSITIVE_INFINITY, floorMedianMs: 0, floorSigma: 0 } as const;

/** The servers of the instance. */
export interface Stations {
  /** Node messages on their way through the broker. */
  readonly relay: Station;
  /** REST, GraphQL and the ACL hook. */
  readonly api: Station;
  readonly store: Station;
  /** The backend's one consumer of base topics. */
  readonly base: Station;
}

/** One server for each axis that has messages. */
export function createStations(options: StationsOptions): Stations {
  const { capacity, clock, seed } = options;
  const noise = { sdRatio: options.noisePercent / 100, tauMs: NOISE_TAU_MS };
  const build = (model: QueueModel, perSec: number | undefined, stream: number) =>
    createStation(createService({ ...model, perSec, noise }, seededRandom(stream)), clock);
  // A stream of randomness each, or traffic on one axis would change the others.
  return {
    relay: build(RELAY, capacity.relay, seed * 2),
    api: build(API, capacity.api, seed * 2 + 1),
    store: capacity.store === undefined ? idleStation : build(SERVICE, capacity.store, ~seed),
    base: capacity.base === undefined ? idleStation : build(SERVICE, capacity.base, ~seed - 1),
  };
}

type QueueModel = Pick<ServiceModel, "bufferMs" | "floorMedianMs" | "floorSigma">;
