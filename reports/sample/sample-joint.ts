/** The joint run of the made-up instance: all five axes at once, Base and API short of one CPU. */
import { AXIS_IDS, type AxisId } from "#grader/contracts/axis.ts";
import type { JointResult } from "#grader/contracts/capacity.ts";
import type { Phase, Trial, TrialPart } from "#grader/contracts/trial.ts";

/** One axis' window at a load, from a start and an index. */
export type SampleWindow = (
  axis: AxisId,
  phase: Phase,
  load: number,
  index: number,
  startedAtMs: number,
) => Trial;

const CAPACITY_UNITS = 1480;
const PER_UNIT: Readonly<Record<AxisId, number>> = {
  link: 1,
  relay: 0.1,
  store: 0.2,
  base: 1 / 60 + 1 / 600,
  api: 0.005,
};
/** Base is driven as hard as its own capacity in the joint run would have it; the others coast. */
const BASE_ALONE = 36.4;
const STEPS: readonly (readonly [Phase, number])[] = [
  ["wave", 0.29],
  ["wave", 0.59],
  ["wave", 1.17],
  ["refine", 0.84],
  ["refine", 0.99],
  ["refine", 1.03],
  ["refine", 0.96],
  ["refine", 0.93],
  ["soak", 0.93],
];

export const JOINT_RESULT: JointResult = {
  id: "joint",
  verdict: "measured",
  unit: "Units",
  capacity: { value: 1480, low: 1390, high: 1560, rated: 1400 },
  limitedBy: "resource",
  reason:
    "Nine windows in ten hold at 1 480 (1 390–1 560). Base missed its objective in 2 of 9 windows.",
  flags: [],
  c50: 1520,
  spread: 0.02,
  backgroundFailure: 0.01,
  activeSec: 262,
  harmSec: 6,
  windows: 9,
  invalidWindows: 0,
  weakest: "base",
  shares: AXIS_IDS.map((axis) => ({ axis, windows: 9, broke: axis === "base" ? 2 : 0 })),
};

export function jointTrials(window: SampleWindow, from: Trial): Trial[] {
  let startedAtMs = from.startedAtMs + from.stepElapsedMs;
  return STEPS.map(([phase, share], i) => {
    const index = from.index + 1 + i;
    const units = CAPACITY_UNITS * share;
    const parts = AXIS_IDS.map((axis) => {
      const load = axis === "base" ? BASE_ALONE * share : units * PER_UNIT[axis];
      return { ...window(axis, phase, load, index, startedAtMs), load: units * PER_UNIT[axis] };
    });
    const trial = whole(units, parts);
    startedAtMs += trial.stepElapsedMs;
    return trial;
  });
}

const COUNTS = ["planned", "intended", "sent", "acknowledged", "good", "late", "lost"] as const;
const MORE = ["errors", "unsent", "pending", "duplicated", "reordered"] as const;

function whole(units: number, parts: readonly Trial[]): Trial {
  const [first] = parts;
  if (first === undefined) throw new RangeError("no part");
  const messages = parts.filter(({ axis }) => axis !== "link");
  const sums = Object.fromEntries(
    [...COUNTS, ...MORE].map((key) => [key, messages.reduce((sum, part) => sum + part[key], 0)]),
  );
  const missed = parts.find(({ verdict }) => verdict === "bad");
  const { latencyMs: _told, ...rest } = first;
  return {
    ...rest,
    ...sums,
    axis: "joint",
    load: units,
    deliveredPerSec: missed === undefined ? units : CAPACITY_UNITS,
    curtailed: parts.some(({ curtailed }) => curtailed),
    hard: parts.some(({ hard }) => hard),
    verdict: missed?.verdict ?? "good",
    reason: missed === undefined ? "all 5 axes met their objectives" : `Base: ${missed.reason}`,
    parts: parts.map(partOf),
  };
}

function partOf(trial: Trial): TrialPart {
  const { axis, load, deliveredPerSec, latencyMs, verdict, reason } = trial;
  if (axis === "joint") throw new RangeError("a part belongs to one axis");
  const counts = Object.fromEntries([...COUNTS, ...MORE].map((key) => [key, trial[key]])) as Pick<
    TrialPart,
    (typeof COUNTS)[number] | (typeof MORE)[number]
  >;
  const told = latencyMs === undefined ? {} : { latencyMs };
  return { axis, load, ...counts, deliveredPerSec, ...told, verdict, reason };
}
