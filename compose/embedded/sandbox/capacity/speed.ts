import type { Random } from "../random.ts";
import type { ServiceFaults, ServiceModel } from "./model.ts";
import { createNoise } from "./noise.ts";

/** How fast a server is now, as a factor on its capacity. */
export interface Speed {
  /** Takes note of work that arrives; times must not go back. */
  observe(nowMs: number, backlogMs: number, work: number): void;
  factorAt(startMs: number): number;
}

/** Noise, drift, cold start and hysteresis in one factor. */
export function createSpeed(model: ServiceModel, random: Random): Speed {
  const { faults = {}, perSec = 1 } = model;
  const noiseAt = createNoise(model.noise, random);
  const driftAt = createDrift(faults.drift, random);
  const cold = createCold(faults.cold, perSec);
  const hysteresis = createHysteresis(faults.hysteresis);
  return {
    observe(nowMs, backlogMs, work) {
      cold.observe(nowMs, work);
      hysteresis.observe(nowMs, backlogMs);
    },
    factorAt: (startMs) =>
      noiseAt(startMs) * driftAt(startMs) * cold.factor() * hysteresis.factor(),
  };
}

function createDrift(drift: ServiceFaults["drift"], random: Random): (atMs: number) => number {
  if (drift === undefined) return () => 1;
  const phase = random();
  const { ratio, periodMs } = drift;
  return (atMs) => 1 + ratio * Math.sin(2 * Math.PI * (atMs / periodMs + phase));
}

const COLD_STEP_MS = 500;
/** At this share of its capacity a server warms as fast as it can. */
const WARMING_SHARE = 0.3;

function createCold(cold: ServiceFaults["cold"], perSec: number) {
  if (cold === undefined) return { observe() {}, factor: () => 1 };
  const { ratio, warmTauMs, coolTauMs } = cold;
  let warmth = 0;
  let work = 0;
  let sinceMs: number | undefined;
  return {
    observe(nowMs: number, arrived: number) {
      sinceMs ??= nowMs;
      const elapsedMs = nowMs - sinceMs;
      work += arrived;
      if (elapsedMs < COLD_STEP_MS) return;
      // One arrival after a long silence: it has cooled for all but the last step.
      const idleMs = Math.max(0, elapsedMs - 2 * COLD_STEP_MS);
      const busyMs = elapsedMs - idleMs;
      const use = Math.min(1, (work * 1000) / busyMs / (WARMING_SHARE * perSec));
      warmth *= Math.exp(-idleMs / coolTauMs);
      warmth = 1 - (1 - warmth) * Math.exp((-busyMs / warmTauMs) * use);
      work = 0;
      sinceMs = nowMs;
    },
    factor: () => ratio + (1 - ratio) * warmth,
  };
}

/** A backlog below this counts as quiet. */
const QUIET_MS = 50;

function createHysteresis(hysteresis: ServiceFaults["hysteresis"]) {
  if (hysteresis === undefined) return { observe() {}, factor: () => 1 };
  const { ratio, onMs, holdMs } = hysteresis;
  let isSlow = false;
  let lastMs = 0;
  let lastBacklogMs = 0;
  let quietSinceMs = 0;
  return {
    observe(nowMs: number, backlogMs: number) {
      // Between two arrivals the backlog falls by a second a second.
      if (lastBacklogMs > QUIET_MS) quietSinceMs = lastMs + lastBacklogMs - QUIET_MS;
      if (isSlow && nowMs - quietSinceMs > holdMs && backlogMs <= QUIET_MS) isSlow = false;
      if (backlogMs > onMs) isSlow = true;
      if (backlogMs > QUIET_MS) quietSinceMs = nowMs;
      lastMs = nowMs;
      lastBacklogMs = backlogMs;
    },
    factor: () => (isSlow ? ratio : 1),
  };
}
