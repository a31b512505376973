import type { Trial } from "#grader/contracts/trial.ts";
import type { AxisMeasurer } from "./axis-measurer.ts";
import type { LoadStep } from "./measure-step.ts";
import { GUARD, timingLimits } from "./verdict.ts";

/** What the generator does against a target that costs nothing, in the axis' unit. */
export interface GeneratorCeiling {
  /** Highest load whose sends kept their times and whose answers all came. */
  readonly reached: number;
  /** Highest load the generator may be asked for: beyond it, its own limit comes near. */
  readonly ceiling: number;
  /** Why more may be possible; undefined when the generator itself was what gave out. */
  readonly doubt?: string;
}

export interface CeilingSearch {
  readonly runId: string;
  readonly startLoad: number;
  readonly signal: AbortSignal;
}

/** Share of what was reached that may be asked for (grading method, 2.4). */
const USABLE = 0.7;
const STEPS = 5;
/** Share of a window's messages that must come back in time. */
const KEPT = 0.99;
const SETTLE_MS = 100;
const WINDOW_MS = 250;
/** Steps up at most and at least by so much, however much room the CPU shows. */
const MOST_UP = 5;
const LEAST_UP = 1.3;
/** A core this busy gives out next. */
const FULL = 0.9;
/** Closer than this two loads are one. */
const NEAR = 1.2;
/** A window in which others held the core for longer shows less than the generator can do. */
const DISTURBED = 0.15;
/** After so many of them it is no use to go on. */
const MOST_DISTURBED = 2;

/** Climbs until the generator falls behind its schedule; the CPU shows how far the next step goes. */
export async function findCeiling(
  measurer: AxisMeasurer,
  { runId, startLoad, signal }: CeilingSearch,
): Promise<GeneratorCeiling> {
  const { deadlineMs } = measurer.objective;
  let kept: Trial | undefined;
  let failed: Trial | undefined;
  let disturbed = 0;
  for (let step = 0, load = startLoad; step < STEPS; step++) {
    await measurer.prepare(load, signal);
    const context = { runId, stepNumber: step, firstIndex: step, signal };
    const { trials } = await measurer.measure(shortWindow(load), context);
    signal.throwIfAborted();
    const [trial] = trials;
    if (trial === undefined) break;
    if (keptUp(trial, deadlineMs)) kept = trial;
    else failed = trial;
    if (waitOf(trial) > DISTURBED) disturbed++;
    const next = nextLoad(kept, failed);
    if (next === undefined || disturbed >= MOST_DISTURBED) break;
    load = next;
  }
  return ceilingOf(kept, failed);
}

const shortWindow = (load: number): LoadStep => ({
  kind: "load",
  phase: "probe",
  load: Math.round(load),
  settleMs: SETTLE_MS,
  windowMs: WINDOW_MS,
  windows: 1,
  curtail: false,
  growthRule: false,
});

/** All was sent in time and came back in time; how busy the generator was is not asked here. */
function keptUp(trial: Trial, deadlineMs: number): boolean {
  const { health, intended, good } = trial;
  return good >= KEPT * intended && health.latenessP99Ms <= timingLimits(deadlineMs).p99Ms;
}

const waitOf = ({ health }: Trial): number => health.waitRatio ?? 0;
/** Share of its core that the busiest thread used or waited for. */
const busyOf = (trial: Trial): number => trial.health.cpuRatio + waitOf(trial);

function nextLoad(kept: Trial | undefined, failed: Trial | undefined): number | undefined {
  if (kept === undefined) return failed === undefined ? undefined : failed.load / MOST_UP;
  if (failed === undefined) {
    const up = FULL / Math.max(0.01, busyOf(kept));
    return busyOf(kept) >= FULL ? undefined : kept.load * Math.min(MOST_UP, Math.max(LEAST_UP, up));
  }
  return failed.load / kept.load > NEAR ? Math.sqrt(failed.load * kept.load) : undefined;
}

function ceilingOf(kept: Trial | undefined, failed: Trial | undefined): GeneratorCeiling {
  const reached = Math.round(kept?.load ?? 0);
  const doubt =
    doubtOf([kept, failed].filter((trial) => trial !== undefined)) ??
    (kept === undefined ? "no load kept its times" : undefined);
  const ceiling = Math.round(USABLE * reached);
  return { reached, ceiling, ...(doubt === undefined ? {} : { doubt }) };
}

/** Only a generator that was out of CPU, and had it to itself, has shown all it can do. */
function doubtOf(decisive: readonly Trial[]): string | undefined {
  const waitRatio = Math.max(0, ...decisive.map(waitOf));
  if (waitRatio > DISTURBED) {
    return `other programs held its core for ${Math.round(waitRatio * 100)} % of the time`;
  }
  const busy = Math.max(0, ...decisive.map(busyOf));
  if (busy >= GUARD.maxCpuRatio) return undefined;
  return `it had ${Math.round((1 - busy) * 100)} % of its core left when the null sink gave out`;
}
