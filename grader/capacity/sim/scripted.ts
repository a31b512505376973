import type { Observation, SearchOptions, Step, WindowOutcome } from "../step.ts";
import { windowLengthMs } from "../window-length.ts";

/** Options of a quick search from 50 to 50 000. */
export const options = (change: Partial<SearchOptions> = {}): SearchOptions => ({
  depth: "quick",
  startLoad: 50,
  floorLoad: 1,
  maxLoad: 50_000,
  maxLoadReason: "generator",
  windowMs: (load) => windowLengthMs(load, "quick"),
  harmCeilingSec: 60,
  coolMs: 10_000,
  ...change,
});

/** A good window, but for what is changed. */
export const window = (change: Partial<WindowOutcome> = {}): WindowOutcome => ({
  good: true,
  hard: false,
  valid: true,
  badRatio: 0,
  growthRatio: 0,
  deliveredPerSec: 100,
  measuredMs: 5000,
  ...change,
});

type LoadStep = Extract<Step, { kind: "load" }>;
/** All windows of a step alike. */
export const windowsOf = (step: LoadStep, change: Partial<WindowOutcome> = {}): Observation => ({
  kind: "load",
  windows: Array.from({ length: step.windows }, () => window(change)),
  elapsedMs: step.settleMs + step.windows * step.windowMs,
  harmSec: 0,
});
/** A drain that worked. */
export const drained: Observation = { kind: "drain", drained: true, elapsedMs: 2000 };

/** A target without noise: holds every load up to its capacity, and fails hard above. */
export const cliff =
  (capacity: number) =>
  (step: Step): Observation => {
    if (step.kind === "drain") return drained;
    if (step.load <= capacity) return windowsOf(step, { deliveredPerSec: step.load });
    const bad = window({ good: false, hard: true, badRatio: 0.5, deliveredPerSec: capacity });
    return { kind: "load", windows: [bad], elapsedMs: 3000, harmSec: 1 };
  };
