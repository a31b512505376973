import type { Depth } from "../contracts/capacity.ts";

/** Raised with any change here or in the search that could move a stored capacity. */
export const SEARCH_VERSION = 2;

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
  /** Share of the axis' cool-down after a hard failure; a probe must pass in any case. */
  readonly coolShare: number;
  /** Weight of a window in the posterior: neighbours are correlated, so it may be below one. */
  readonly windowWeight: number;
  readonly soakSettleMs: number;
  readonly soakWindows: number;
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
  coolShare: 1,
  soakSettleMs: 3000,
} as const;

/** Constants by depth (grading method, 2.2); `glance` was found on the virtual target. */
export const DEPTH_CONSTANTS: Readonly<Record<Depth, DepthConstants>> = {
  glance: {
    tolerance: 0.25,
    minWindows: 4,
    maxRefineMs: 35_000,
    waveFactor: 3,
    waveSettleMs: 500,
    waveShare: 0.6,
    warmShare: 0.6,
    maxWarmMs: 12_000,
    settleMs: 1000,
    windowsPerStep: 1,
    backgroundAfter: [4],
    backgroundWindows: 4,
    coolShare: 0.4,
    windowWeight: 0.9,
    soakSettleMs: 1000,
    soakWindows: 1,
  },
  quick: { ...FULL, tolerance: 0.15, minWindows: 5, maxRefineMs: 90_000, soakWindows: 2 },
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
