import type { Depth } from "../contracts/capacity.ts";

/** What makes one depth of search. Shares are of the window length at the load. */
export interface DepthConstants {
  /** Half-width of ln C90's 95 % interval at which refining ends. */
  readonly tolerance: number;
  readonly minWindows: number;
  /** Refining ends after this even if the interval is still wide. */
  readonly maxRefineMs: number;
  /** Step of the waves upward. */
  readonly waveFactor: number;
  readonly waveSettleMs: number;
  readonly waveShare: number;
  readonly warmShare: number;
  /** Warming ends after this, whatever the length of its windows. */
  readonly maxWarmMs: number;
  readonly settleMs: number;
  /** Windows driven back to back once the search has its bearings. */
  readonly windowsPerStep: number;
  /** Refining steps after which the background failure may be looked at. */
  readonly backgroundAfter: readonly number[];
  readonly backgroundWindows: number;
  /**
   * Shares of the axis' cool-down after the first, second … hard failure in a row while refining;
   * a probe must pass in any case.
   */
  readonly coolShares: readonly number[];
  /** Log weights of the spreads (`likelihood.ts`) before anything is seen. */
  readonly spreadPrior: readonly number[];
  /** The same for windows of few messages (`SPARSE_MESSAGES`), which fail more gradually. */
  readonly sparseSpreadPrior: readonly number[];
  /** Weight of a window in the posterior: neighbours are correlated, so it may be below one. */
  readonly windowWeight: number;
  readonly soakSettleMs: number;
  readonly soakWindows: number;
  /** A refining step of as many windows that held the lower bound or more counts as its soak. */
  readonly soakSeen: boolean;
  /** Refining goes in slices, far enough apart to see a slow drift; undefined: in one go. */
  readonly slices?: SliceConstants;
}

/** How an axis is left and taken up again between slices. */
export interface SliceConstants {
  /** Refining steps in a slice. */
  readonly steps: number;
  /** The axis is left alone for at least this long. */
  readonly awayMs: number;
  /** Share of the lesser of highest good load and mean capacity at which it is warmed again. */
  readonly warmLoad: number;
  /** Warmed for at least, and at most, this long; between them until so many good in a row. */
  readonly leastWarmMs: number;
  readonly mostWarmMs: number;
  readonly goodInARow: number;
}

const SPREAD_PRIOR = [-0.3, 0, 0, 0, 0, -0.2, -0.6];

const FULL = {
  waveFactor: 2,
  waveSettleMs: 2000,
  waveShare: 0.5,
  warmShare: 0.5,
  maxWarmMs: 60_000,
  settleMs: 3000,
  windowsPerStep: 2,
  backgroundAfter: [4, 9],
  backgroundWindows: 6,
  windowWeight: 0.8,
  coolShares: [1],
  spreadPrior: SPREAD_PRIOR,
  sparseSpreadPrior: SPREAD_PRIOR,
  soakSettleMs: 3000,
  soakSeen: false,
} as const;

/** Constants by depth (grading method, 2.2); `glance` was found on the virtual target. */
export const DEPTH_CONSTANTS: Readonly<Record<Depth, DepthConstants>> = {
  glance: {
    tolerance: 0.25,
    minWindows: 4,
    maxRefineMs: 30_000,
    waveFactor: 3,
    waveSettleMs: 500,
    waveShare: 0.6,
    warmShare: 0.6,
    // Its waves have warmed the target; a longer hold moved no reading by more than a few percent.
    maxWarmMs: 0,
    settleMs: 1000,
    windowsPerStep: 1,
    backgroundAfter: [4],
    backgroundWindows: 4,
    // Quiet for long only where a second failure hints at a target that is slow to come back.
    coolShares: [0.4, 2],
    // Short windows fail more gradually than long ones.
    spreadPrior: [-1.5, -1, -0.5, 0, 0, 0, 0],
    sparseSpreadPrior: [-4, -3, -2, -1, -0.5, 0, 0.5],
    windowWeight: 1,
    soakSettleMs: 1000,
    soakWindows: 1,
    soakSeen: true,
  },
  quick: {
    ...FULL,
    tolerance: 0.15,
    minWindows: 5,
    maxRefineMs: 90_000,
    coolShares: [1, 2],
    soakWindows: 2,
    soakSeen: true,
  },
  standard: { ...FULL, tolerance: 0.08, minWindows: 8, maxRefineMs: 200_000, soakWindows: 3 },
  certify: {
    ...FULL,
    tolerance: 0.05,
    minWindows: 12,
    maxRefineMs: 500_000,
    soakWindows: 6,
    slices: {
      steps: 4,
      awayMs: 300_000,
      warmLoad: 0.9,
      leastWarmMs: 60_000,
      mostWarmMs: 90_000,
      goodInARow: 3,
    },
  },
};

/** Waves are short, and soaks chosen where they should pass: both count for half a window. */
export const HALF = 0.5;

/** A window of fewer messages than this is sparse: 1 % of them is a handful. */
export const SPARSE_MESSAGES = 500;

/** Soft failures in a row that end the waves; a single stall never does. */
export const SOFT_FAILURES = 3;
/** Least E[δ] at which the background is looked at, and above which the axis is `unstable`. */
export const BACKGROUND_SUSPECTED = 0.06;
export const BACKGROUND_UNSTABLE = 0.07;

/** Recovery after a failure (grading method, 2.2). */
export const RECOVERY = {
  quietMs: 2000,
  maxDrainMs: 60_000,
  /** A drain that took longer than this, its silence included, is followed by a probe. */
  slowDrainMs: 4000,
  /** Probes in turn, as shares of the highest load that held. That one may have been luck, so the
   * later ones ask for less; together they tell a slow target from one that is gone. */
  probeShares: [0.8, 0.8, 0.8, 0.5, 0.5, 0.5],
  probeSettleMs: 500,
  probeWindowMs: 2000,
  probeQuietMs: 5000,
} as const;

/** The run of an axis is refused beyond this share of spoiled windows. */
export const INVALID = { least: 3, share: 0.2 } as const;
