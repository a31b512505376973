import type { Clock } from "../clock.ts";
import { type Random, seededRandom } from "../random.ts";
import type { ServiceFaults } from "./model.ts";
import { SCENARIOS, type ScenarioId, type Shape } from "./scenarios.ts";
import { createService } from "./service.ts";
import { createSharedResource } from "./shared.ts";
import { createStation, idleStation, type Station } from "./station.ts";

/** The axes that have messages or requests; the fifth is a number of connections. */
export const RATE_AXES = ["relay", "store", "base", "api"] as const;
export type RateAxis = (typeof RATE_AXES)[number];

/** The true capacity of each axis that has one; an absent one is unlimited. */
export interface Capacity {
  /** Connections at a time. */
  readonly link?: number;
  /** Messages a second from Unit to Unit. */
  readonly relay?: number;
  /** Messages a second that the DataPipe handles. */
  readonly store?: number;
  /** State messages a second that the backend accepts; a log message is several of them. */
  readonly base?: number;
  /** Requests a second. */
  readonly api?: number;
}

export interface StationsOptions {
  readonly capacity: Capacity;
  /** Relative standard deviation of the capacities in percent; of a scenario's own when absent. */
  readonly noisePercent?: number | undefined;
  readonly seed: number;
  readonly clock: Clock;
  readonly scenario?: ScenarioId | undefined;
  /** On top of the scenario's. */
  readonly faults?: ServiceFaults | undefined;
  /** Axes that scenario and faults are for; all of them when absent. */
  readonly faultAxes?: readonly RateAxis[] | undefined;
  /** Share of every service that is done on a resource common to all axes. */
  readonly jointRatio?: number | undefined;
}

export type Stations = Readonly<Record<RateAxis, Station>>;

const STEADY = { sdRatio: 0, tauMs: 8000 } as const;
const FLOOR_SIGMA = 0.5;
/** What waits for a service waits in the broker, which has its own limit. */
const SERVICE: Shape = {
  noise: STEADY,
  bufferMs: Number.POSITIVE_INFINITY,
  floorMedianMs: 0,
  floorSigma: 0,
};
const SHAPES: Readonly<Record<RateAxis, Shape>> = {
  relay: { noise: STEADY, bufferMs: 1000, floorMedianMs: 2, floorSigma: FLOOR_SIGMA },
  store: SERVICE,
  base: SERVICE,
  api: { noise: STEADY, bufferMs: 2000, floorMedianMs: 8, floorSigma: FLOOR_SIGMA },
};

/** One server for each axis that has messages. */
export function createStations(options: StationsOptions): Stations {
  const { capacity, clock, seed, jointRatio = 0 } = options;
  // A stream of randomness each, or traffic on one axis would change the others.
  const random: Readonly<Record<RateAxis, Random>> = {
    relay: seededRandom(seed * 2),
    api: seededRandom(seed * 2 + 1),
    store: seededRandom(~seed),
    base: seededRandom(~seed - 1),
  };
  const shared =
    jointRatio === 0 ? undefined : createSharedResource(jointRatio, seededRandom(seed ^ 0x5eed));
  const build = (axis: RateAxis): Station => {
    const perSec = capacity[axis];
    // A service of unlimited rate takes no time at all; the others keep their floor.
    if (perSec === undefined && SHAPES[axis] === SERVICE) return idleStation;
    const model = { ...shapeOf(axis, options), perSec };
    return createStation(createService(model, random[axis], shared), clock);
  };
  return { relay: build("relay"), api: build("api"), store: build("store"), base: build("base") };
}

function shapeOf(axis: RateAxis, options: StationsOptions): Shape {
  const { scenario, faults, faultAxes, noisePercent } = options;
  const isMeant = faultAxes?.includes(axis) ?? true;
  const shape: Shape = isMeant && scenario !== undefined ? SCENARIOS[scenario] : SHAPES[axis];
  const noise =
    noisePercent === undefined ? shape.noise : { ...shape.noise, sdRatio: noisePercent / 100 };
  return isMeant
    ? { ...shape, noise, faults: { ...shape.faults, ...faults } }
    : { ...shape, noise };
}
