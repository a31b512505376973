import { AXIS_IDS, type AxisId } from "#grader/contracts/axis.ts";
import type { JointResult } from "#grader/contracts/capacity.ts";
import type { Phase, Trial } from "#grader/contracts/trial.ts";
import { loadOf } from "#grader/grade/joint-load.ts";
import { jointTrial, type Share } from "#grader/grade/joint-trial.ts";
import { jointResult } from "#grader/grade/joint-result.ts";

/** Units at which all axes give out together, a little before Base does alone. */
const CAPACITY_UNITS = 1180;
/** How much more each axis' own work costs beside that of the others. */
const BESIDE_OTHERS = 1.16;

const STEPS: readonly (readonly [Phase, number])[] = [
  ["wave", 0.29],
  ["wave", 0.58],
  ["wave", 1.16],
  ["refine", 0.82],
  ["refine", 0.95],
  ["refine", 1.04],
  ["refine", 0.98],
  ["soak", 0.92],
];

/** One axis' window of the sample at a load, `index` the how-manieth of the run. */
export type SampleWindow = (
  axis: AxisId,
  step: { readonly load: number; readonly phase: Phase },
  index: number,
  startedAtMs: number,
) => Trial;

/** The joint windows of a run whose last trial is given. */
export function jointTrials(window: SampleWindow, last: Trial, scale: number): readonly Trial[] {
  let atMs = last.startedAtMs + last.stepElapsedMs;
  return STEPS.map(([phase, share], i) => {
    const units = CAPACITY_UNITS * scale * share;
    const index = last.index + 1 + i;
    const shares = AXIS_IDS.map((axis): Share => {
      const own = loadOf(axis, units);
      const load = axis === "link" ? Math.round(own) : own * BESIDE_OTHERS;
      return { ...window(axis, { load, phase }, index, atMs), axis, load: own };
    });
    const trial = jointTrial(units, shares);
    atMs += trial.stepElapsedMs;
    return trial;
  });
}

export function jointOf(trials: readonly Trial[], scale: number): JointResult {
  const value = CAPACITY_UNITS * scale;
  const own = trials.filter(({ axis }) => axis === "joint");
  return jointResult(
    {
      verdict: "measured",
      capacity: { value, low: value * 0.93, high: value * 1.06, rated: value * 0.94 },
      limitedBy: "resource",
      reason: "Nine windows in ten hold.",
      flags: [],
      c50: value * 1.04,
      spread: 0.03,
      backgroundFailure: 0.01,
      activeSec: own.reduce((sum, { measuredMs }) => sum + measuredMs / 1000, 0),
      harmSec: 6,
      windows: own.length,
      invalidWindows: 0,
    },
    own,
    [],
  );
}
