import type { AxisId } from "../../contracts/axis.ts";
import { loadOf } from "../../grade/joint-load.ts";
import { unitsOf } from "../../grade/reference-unit.ts";
import type { Observation, Step, WindowOutcome } from "../step.ts";
import type { Random } from "./random.ts";
import type { TargetModel } from "./scenarios.ts";
import { createVirtualMeasurer } from "./virtual-measurer.ts";
import { createVirtualTarget } from "./virtual-target.ts";

/** What each axis is served by, apart from the others. Rates are the axis' own. */
export type JointModel = readonly { readonly axis: AxisId; readonly model: TargetModel }[];

/** Answers joint steps: each axis at what so many reference Units ask of it, good only together. */
export function createJointMeasurer(
  joint: JointModel,
  random: Random,
  options: { readonly warm?: boolean } = {},
): (step: Step) => Observation {
  const parts = joint.map(({ axis, model }) => ({
    axis,
    measure: createVirtualMeasurer(createVirtualTarget(model, random, options)),
  }));
  return (step) => {
    const seen = parts.map(({ axis, measure }) => {
      const own = step.kind === "load" ? { ...step, load: loadOf(axis, step.load) } : step;
      return { axis, observation: measure(own) };
    });
    return step.kind === "drain" ? drained(seen) : together(seen);
  };
}

interface Seen {
  readonly axis: AxisId;
  readonly observation: Observation;
}

const most = (seen: readonly Seen[], pick: (observation: Observation) => number): number =>
  Math.max(...seen.map(({ observation }) => pick(observation)));

const drained = (seen: readonly Seen[]): Observation => ({
  kind: "drain",
  drained: seen.every(({ observation }) => observation.kind === "drain" && observation.drained),
  elapsedMs: most(seen, ({ elapsedMs }) => elapsedMs),
});

function together(seen: readonly Seen[]): Observation {
  const windows = seen.map(({ axis, observation }) => ({
    axis,
    windows: observation.kind === "load" ? observation.windows : [],
  }));
  const count = Math.min(...windows.map((one) => one.windows.length));
  return {
    kind: "load",
    windows: Array.from({ length: count }, (_, at) =>
      merged(
        windows.flatMap(({ axis, windows: own }) => {
          const window = own[at];
          return window === undefined ? [] : [{ axis, window }];
        }),
      ),
    ),
    elapsedMs: most(seen, ({ elapsedMs }) => elapsedMs),
    harmSec: most(seen, (one) => (one.kind === "load" ? one.harmSec : 0)),
  };
}

function merged(parts: readonly { axis: AxisId; window: WindowOutcome }[]): WindowOutcome {
  const windows = parts.map(({ window }) => window);
  return {
    good: windows.every(({ good }) => good),
    hard: windows.some(({ hard }) => hard),
    valid: windows.every(({ valid }) => valid),
    badRatio: Math.max(...windows.map(({ badRatio }) => badRatio)),
    growthRatio: Math.max(...windows.map(({ growthRatio }) => growthRatio)),
    deliveredPerSec: Math.min(
      ...parts.map(({ axis, window }) => unitsOf(axis, window.deliveredPerSec)),
    ),
    measuredMs: Math.min(...windows.map(({ measuredMs }) => measuredMs)),
  };
}
