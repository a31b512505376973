import type { Depth } from "../../contracts/capacity.ts";
import { createWaveSearch } from "../search.ts";
import type { Observation, Search, SearchOptions, SearchResult, Step } from "../step.ts";
import { windowLengthMs } from "../window-length.ts";
import { type Random, sfc32 } from "./random.ts";
import { nominalPerSec, type TargetModel } from "./scenarios.ts";
import { createVirtualMeasurer, type Spoils } from "./virtual-measurer.ts";
import { createVirtualTarget } from "./virtual-target.ts";

/** One grading on the virtual clock. */
export interface Grading {
  readonly result: SearchResult;
  /** Load and drains together. */
  readonly elapsedSec: number;
  readonly steps: readonly Step[];
  readonly observations: readonly Observation[];
}

/** Options of a search on a simulated target, start and ceiling drawn as a user's would fall. */
export function drawOptions(target: TargetModel, depth: Depth, random: Random): SearchOptions {
  const nominal = nominalPerSec(target);
  return {
    depth,
    startLoad: nominal * 10 ** (-2 + random()),
    floorLoad: nominal / 1000,
    maxLoad: nominal * 10 ** (0.3 + 0.7 * random()),
    maxLoadReason: "generator",
    windowMs: (load) => windowLengthMs(load, depth),
    harmCeilingSec: 60,
    coolMs: 10_000,
  };
}

/** Answers a search until it ends. */
export function answer(search: Search, measure: (step: Step) => Observation): Grading {
  const steps: Step[] = [];
  const observations: Observation[] = [];
  let elapsedMs = 0;
  while (true) {
    const asked = search.ask();
    if ("result" in asked) {
      return { result: asked.result, elapsedSec: elapsedMs / 1000, steps, observations };
    }
    const observation = measure(asked.step);
    elapsedMs += observation.elapsedMs;
    steps.push(asked.step);
    observations.push(observation);
    search.tell(observation);
  }
}

/** Grades a fresh simulated target. The seed fixes the target, the start and the ceiling. */
export function grade(
  target: TargetModel,
  depth: Depth,
  seed: number,
  change: Partial<SearchOptions> = {},
  spoils?: Spoils,
): Grading {
  const options = { ...drawOptions(target, depth, sfc32(seed * 7919 + 13)), ...change };
  const measure = createVirtualMeasurer(createVirtualTarget(target, sfc32(seed)), spoils);
  return answer(createWaveSearch(options), measure);
}
