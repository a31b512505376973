import type { ServiceModel } from "./model.ts";

/** A way of being loaded, without the rate: it is the axis's own. */
export type Shape = Omit<ServiceModel, "perSec">;

const steady = (percent = 3, tauMs = 8000) => ({ sdRatio: percent / 100, tauMs });
const SERVICE = { floorMedianMs: 10, floorSigma: 0.5 } as const;
const ENDLESS_MS = Number.POSITIVE_INFINITY;

export const DRIFT = { ratio: 0.08, periodMs: 1_500_000 } as const;
export const PAUSES = { everyMs: 25_000, fromMs: 150, toMs: 450 } as const;
export const COLD = { ratio: 0.45, warmTauMs: 15_000, coolTauMs: 90_000 } as const;
export const HYSTERESIS = { ratio: 0.6, onMs: 800, holdMs: 10_000 } as const;

/**
 * The ten targets of the method's simulation, as servers of this instance. J is the store's own
 * flush every 5 s with its deep queue; on other axes it is the deep queue alone.
 */
export const SCENARIOS = {
  "A-cliff": { ...SERVICE, noise: steady(), bufferMs: 150 },
  "B-knee": {
    noise: steady(),
    bufferMs: ENDLESS_MS,
    floorMedianMs: 0,
    floorSigma: 0,
    workers: 4,
    serviceCv2: 2,
  },
  "C-noisy": { ...SERVICE, noise: steady(10, 15_000), bufferMs: 1000 },
  "D-drift": { ...SERVICE, noise: steady(), bufferMs: 1000, faults: { drift: DRIFT } },
  "E-pauses": { ...SERVICE, noise: steady(), bufferMs: 1000, faults: { pauses: PAUSES } },
  "F-cold": { ...SERVICE, noise: steady(), bufferMs: 1000, faults: { cold: COLD } },
  "G-policer": { ...SERVICE, noise: steady(), bufferMs: 1000, faults: { gate: "policer" } },
  "H-shaper": { ...SERVICE, noise: steady(), bufferMs: ENDLESS_MS, faults: { gate: "shaper" } },
  "I-hyst": {
    ...SERVICE,
    noise: steady(4, 10_000),
    bufferMs: 3000,
    faults: { hysteresis: HYSTERESIS },
  },
  "J-store": { ...SERVICE, noise: steady(5, 10_000), bufferMs: 30_000 },
} as const satisfies Readonly<Record<string, Shape>>;
export type ScenarioId = keyof typeof SCENARIOS;
export const SCENARIO_IDS = Object.keys(SCENARIOS) as readonly ScenarioId[];
