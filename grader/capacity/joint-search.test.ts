import { expect, test } from "vitest";
import { loadOf, plannedJoint } from "../grade/joint-load.ts";
import { createWaveSearch } from "./search.ts";
import { answer, type Grading } from "./sim/grade.ts";
import { createJointMeasurer, type JointModel } from "./sim/joint-target.ts";
import { sfc32 } from "./sim/random.ts";
import { SCENARIOS, type TargetModel } from "./sim/scenarios.ts";
import { windowLengthMs } from "./window-length.ts";

const slowed = (model: TargetModel, ratePerSec: number): TargetModel => ({
  ...model,
  ratePerSec,
  serviceMedianSec: (model.serviceMedianSec * model.ratePerSec) / ratePerSec,
});
/** Three axes that give out at about the same number of Units. */
const ALIKE: JointModel = [
  { axis: "relay", model: SCENARIOS.A },
  { axis: "store", model: { ...SCENARIOS.J, ratePerSec: loadOf("store", 40_000) } },
  { axis: "api", model: slowed(SCENARIOS.B, loadOf("api", 40_000)) },
];
/** Base gives out long before the others. */
const ONE_WEAK: JointModel = [
  ...ALIKE,
  { axis: "base", model: slowed(SCENARIOS.B, loadOf("base", 12_000)) },
];

const DEPTH = "quick";
const WINDOW_MS = 10_000;

function search(joint: JointModel, seed: number, maxLoad: number): Grading {
  const windowMs = (load: number) => windowLengthMs(load, DEPTH);
  const planned = plannedJoint(
    { depth: DEPTH, maxLoad, harmCeilingSec: 60, coolMs: 10_000 },
    joint.map(({ axis }) => ({ axis, windowMs })),
  );
  return answer(createWaveSearch(planned), createJointMeasurer(joint, sfc32(seed)));
}

/** Share of good windows in long runs at one load, each from a warm, drained start. */
function goodShare(joint: JointModel, load: number): number {
  let windows = 0;
  let good = 0;
  for (let run = 0; run < 20; run++) {
    const measure = createJointMeasurer(joint, sfc32(run), { warm: true });
    for (let window = 0; window < 30; window++) {
      const settleMs = window === 0 ? 5000 : 0;
      const rest = { windowMs: WINDOW_MS, windows: 1, curtail: false, growthRule: true } as const;
      const told = measure({ kind: "load", phase: "soak", load, settleMs, ...rest });
      windows++;
      if (told.kind === "load" && told.windows.every((one) => one.good)) good++;
    }
  }
  return good / windows;
}

/** Highest load at which nine in ten of the windows that can be good are, by brute force. */
function trueC90(joint: JointModel, below: number, above: number): number {
  const wanted = 0.9 * goodShare(joint, below / 2);
  let [low, high] = [below, above];
  while (high / low > 1.01) {
    const middle = Math.sqrt(low * high);
    if (goodShare(joint, middle) >= wanted) low = middle;
    else high = middle;
  }
  return Math.sqrt(low * high);
}

const SEEDS = Array.from({ length: 20 }, (_, seed) => seed + 1);

test.each([
  { name: "axes that give out alike", joint: ALIKE, below: 20_000, above: 45_000 },
  { name: "one axis weaker than the rest", joint: ONE_WEAK, below: 5000, above: 15_000 },
] as const)(
  "the interval of a joint search holds the truth with $name",
  ({ joint, below, above }) => {
    const truth = trueC90(joint, below, above);
    const found = SEEDS.map((seed) => search(joint, seed, 100_000).result.capacity);
    const covered = found.filter(
      (capacity) => capacity !== null && capacity.low <= truth && truth <= (capacity.high ?? 0),
    );
    // A true 95 % misses more than 3 of 20 in 16 of a thousand tries; these seeds are always the same.
    expect(covered.length).toBeGreaterThanOrEqual(17);
    const over = found.filter((capacity) => (capacity?.rated ?? 0) > 1.05 * truth);
    expect(over.length).toBeLessThanOrEqual(1);
  },
);

test("a joint run that holds all the weakest axis holds alone ends there, in a few waves", () => {
  const windowMs = (load: number) => windowLengthMs(load, DEPTH);
  const planned = plannedJoint(
    { depth: DEPTH, maxLoad: 8000, harmCeilingSec: 60, coolMs: 10_000 },
    ONE_WEAK.map(({ axis }) => ({ axis, windowMs })),
  );
  const options = { ...planned, maxLoadReason: "axis" } as const;
  const { result, elapsedSec } = answer(
    createWaveSearch(options),
    createJointMeasurer(ONE_WEAK, sfc32(5)),
  );
  expect(result).toMatchObject({
    verdict: "censored",
    capacity: { value: 8000, rated: 8000, high: null },
    limitedBy: null,
    flags: ["censored", "axis-limited"],
  });
  expect(elapsedSec).toBeLessThan(130);
});
