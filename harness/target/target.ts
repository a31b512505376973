import type { AxisId } from "#grader/contracts/axis.ts";
import type { TargetKind } from "#grader/contracts/report.ts";
import type { AxisMeasurer } from "../engine/axis-measurer.ts";
import type { OperatorReading } from "../platform/operator-metrics.ts";
import type { JointPlan } from "../plan/joint-plan.ts";
import type { AxisPlan } from "../plan/plan.ts";

/** What a clean-up left on the target, by name and reason. */
export interface CleanUp {
  readonly removed: number;
  readonly left: readonly {
    readonly kind: string;
    readonly name: string;
    readonly reason: string;
  }[];
  /** The fleet that stays on purpose, by the run that made it. */
  readonly kept?: { readonly runId: string; readonly units: number };
}

/** A target that may be loaded, open for one run. */
export interface RunTarget extends AsyncDisposable {
  readonly kind: TargetKind;
  /** URL without credentials. */
  readonly url: string;
  readonly name: string | null;
  readonly version: string | null;
  /** Axes this kind of target has and this version can measure. */
  readonly axes: readonly AxisId[];
  openAxis(plan: AxisPlan, signal: AbortSignal): Promise<AxisMeasurer>;
  /** All axes of the plan at once; those alone must not be open any more. */
  openJoint(plan: JointPlan, axes: readonly AxisPlan[], signal: AbortSignal): Promise<AxisMeasurer>;
  /** What the target's own servers have counted so far; missing where there is nobody to ask. */
  readResources?(): Promise<OperatorReading>;
  /** Removes whatever the run created; says what is left. Safe to call twice. */
  cleanUp(): Promise<CleanUp>;
}

/** What every target needs of the run. */
export interface TargetContext {
  readonly runId: string;
  readonly seed: number;
  readonly maxUnits: number;
  readonly connectsPerSec: number;
  /** First publishes a second; without it what an instance's access hook bears. */
  readonly primesPerSec?: number;
  /** Addresses the Units connect from; without them as many as their number needs. */
  readonly sourceAddresses?: readonly string[];
  readonly onProgress: (message: string) => void;
  /** Of the Units' sessions; without it one minute. */
  readonly keepAliveSec?: number;
}
