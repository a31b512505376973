import type { Trial } from "#grader/contracts/trial.ts";
import type { AxisMeasurer } from "../engine/axis-measurer.ts";
import type { LoadStep } from "../engine/measure-step.ts";
import type { FixedPlan } from "../plan/fixed-plan.ts";

export interface FixedMeasureContext {
  readonly runId: string;
  /** Ends the load. */
  readonly signal: AbortSignal;
  /** Gives up waiting for what is still out. */
  readonly hurry: AbortSignal;
  readonly onTrial: (trial: Trial) => void;
}

const DRAIN_QUIET_MS = 200;
const DRAIN_MAX_MS = 10_000;

/**
 * Drives the whole planned load: one step over all windows, so that its schedule has no seam. Units
 * held connected are a stock, and each window a hold of its own. Stopped by hand it keeps what it has.
 * Gives the number of trials.
 */
export async function measureFixed(
  plan: FixedPlan,
  measurer: AxisMeasurer,
  context: FixedMeasureContext,
): Promise<number> {
  const steps = plan.axis === "link" ? plan.windows : 1;
  let index = 0;
  for (let step = 0; step < steps && !context.signal.aborted; step++) {
    const asked = stepOf(plan, plan.windows / steps);
    const place = { runId: context.runId, stepNumber: step, firstIndex: index };
    const { trials } = await measurer.measure(asked, { ...place, signal: context.signal });
    index += trials.length;
    for (const trial of trials) context.onTrial(trial);
  }
  return index;
}

/** Offers nothing until nothing is out any more; `index` is the drain's own in the run. */
export async function drainFixed(
  index: number,
  measurer: AxisMeasurer,
  { runId, hurry, onTrial }: FixedMeasureContext,
): Promise<void> {
  const { trial } = await measurer.drain(
    { kind: "drain", quietMs: DRAIN_QUIET_MS, maxMs: DRAIN_MAX_MS },
    { runId, stepNumber: index, firstIndex: index, signal: hurry },
  );
  onTrial(trial);
}

const stepOf = (plan: FixedPlan, windows: number): LoadStep => ({
  kind: "load",
  phase: "soak",
  load: plan.peakLoad,
  settleMs: 0,
  windowMs: plan.windowMs,
  windows,
  curtail: false,
  growthRule: false,
  toTheEnd: true,
});
