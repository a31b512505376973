/** How a simulated target behaves. Rates per second, times in seconds (grading method, 1.1). */
export interface TargetModel {
  readonly name: string;
  /** Messages it can serve per second. */
  readonly ratePerSec: number;
  /** Step of the simulation. */
  readonly stepSec: number;
  readonly deadlineSec: number;
  /** Squared coefficient of variation of the service. */
  readonly serviceVariance: number;
  readonly serviceMedianSec: number;
  readonly serviceSigma: number;
  /** Backlog beyond this is dropped. */
  readonly bufferSec: number;
  /** Jitter of the rate: standard deviation and time constant. */
  readonly jitter: number;
  readonly jitterSec: number;
  /** Slow sine on the rate. */
  readonly drift: number;
  readonly driftPeriodSec: number;
  /** Mean time between pauses and their length. */
  readonly pauseEverySec: number | undefined;
  readonly pauseSec: readonly [number, number];
  /** Share of its rate a cold target has, and how it warms and cools. */
  readonly coldShare: number;
  readonly warmSec: number;
  readonly coolSec: number;
  /** Overload beyond a backlog slows it to a share until quiet for a while. */
  readonly slowShare: number;
  readonly slowAboveSec: number;
  readonly slowHoldSec: number;
  /** Drops, or delays, what comes above this rate. */
  readonly policePerSec: number | undefined;
  readonly shapePerSec: number | undefined;
  /** Backlog beyond which it dies and never serves again. */
  readonly diesAboveSec: number | undefined;
}

const PLAIN: TargetModel = {
  name: "plain",
  ratePerSec: 4000,
  stepSec: 0.1,
  deadlineSec: 0.25,
  serviceVariance: 1,
  serviceMedianSec: 0.01,
  serviceSigma: 0.5,
  bufferSec: 1,
  jitter: 0.03,
  jitterSec: 8,
  drift: 0,
  driftPeriodSec: 1200,
  pauseEverySec: undefined,
  pauseSec: [0.1, 0.3],
  coldShare: 1,
  warmSec: 20,
  coolSec: 120,
  slowShare: 1,
  slowAboveSec: 2,
  slowHoldSec: 8,
  policePerSec: undefined,
  shapePerSec: undefined,
  diesAboveSec: undefined,
};

const model = (name: string, traits: Partial<TargetModel>): TargetModel => ({
  ...PLAIN,
  ...traits,
  name,
});

/** The ten targets of the grading method's simulation. */
export const SCENARIOS = {
  A: model("A-cliff", { bufferSec: 0.15 }),
  B: model("B-knee", {
    ratePerSec: 400,
    stepSec: 0.05,
    serviceVariance: 2,
    serviceMedianSec: 0.0058,
    serviceSigma: 1.048,
    bufferSec: Infinity,
  }),
  C: model("C-noisy", { jitter: 0.1, jitterSec: 15 }),
  D: model("D-drift", { drift: 0.08, driftPeriodSec: 1500 }),
  E: model("E-pauses", { pauseEverySec: 25, pauseSec: [0.15, 0.45] }),
  F: model("F-cold", { coldShare: 0.45, warmSec: 15, coolSec: 90 }),
  G: model("G-policer", { ratePerSec: 20_000, policePerSec: 3000 }),
  H: model("H-shaper", {
    ratePerSec: 20_000,
    shapePerSec: 3000,
    deadlineSec: 2,
    bufferSec: Infinity,
  }),
  I: model("I-hyst", {
    jitter: 0.04,
    jitterSec: 10,
    slowShare: 0.6,
    slowAboveSec: 0.8,
    slowHoldSec: 10,
    bufferSec: 3,
  }),
  J: model("J-store", {
    jitter: 0.05,
    jitterSec: 10,
    deadlineSec: 7,
    serviceMedianSec: 2.5,
    serviceSigma: 0.35,
    bufferSec: 30,
  }),
} as const satisfies Record<string, TargetModel>;
export type ScenarioId = keyof typeof SCENARIOS;

/** True C90 by brute force: 90 % of the windows that can be good are, in 300-s runs. */
export const TRUE_C90: Readonly<Record<ScenarioId, number>> = {
  A: 3887.8,
  B: 361.9,
  C: 3432,
  D: 3645,
  E: 3531.8,
  F: 3854.5,
  G: 3013.6,
  H: 2996.4,
  I: 3783.4,
  J: 3788.8,
};

/** Rate that limits the target, for choosing where a search starts and must end. */
export const nominalPerSec = (target: TargetModel): number =>
  Math.min(target.ratePerSec, target.policePerSec ?? Infinity, target.shapePerSec ?? Infinity);

/** Targets that have no capacity to find, and must be said so. */
export const BROKEN = {
  dies: model("dies at overload", { diesAboveSec: 0.15 }),
  impossible: model("slower than its deadline", { serviceMedianSec: 1, serviceSigma: 0.3 }),
} as const;
