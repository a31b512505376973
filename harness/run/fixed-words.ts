import type { FaultKind } from "#grader/contracts/fixed-run.ts";
import { figure } from "#grader/contracts/figure.ts";
import type { FixedPlan } from "../plan/fixed-plan.ts";
import type { Pace } from "../plan/pace.ts";

/** How a run is paced, in a few words. */
export function paceText({ pace }: FixedPlan): string {
  if (pace === undefined) return "held";
  switch (pace.kind) {
    case "steady":
      return pace.arrivals;
    case "ramp": {
      const steps = pace.steps === undefined ? "" : ` in ${pace.steps} steps`;
      return `ramp ${figure(pace.fromPerSec)} to ${figure(pace.toPerSec)}${steps}, ${pace.arrivals}`;
    }
    case "replay":
      return `replay ${pace.speed}×${pace.repeat ? ", repeated" : ""}`;
    default:
      return pace satisfies never;
  }
}

/** A plan as the store keeps it: of a long recording its size alone. */
export function storedPlan(plan: FixedPlan): unknown {
  const { traffic, objective, ...rest } = plan;
  const axes = [{ axis: plan.axis, scenario: traffic, objective }];
  return { ...rest, pace: plan.pace && storedPace(plan.pace), axes };
}

function storedPace(pace: Pace): unknown {
  if (pace.kind !== "replay") return pace;
  const { recording, ...rest } = pace;
  const size =
    "points" in recording
      ? { points: recording.points.length }
      : { offsets: recording.offsetsMs.length, lengthMs: recording.lengthMs };
  return { ...rest, recording: size };
}

/** What a fault's beginning is told as; the one that is the operator's to do asks for it. */
export const beginningOf = (kind: FaultKind): string =>
  kind === "broker-restart"
    ? "broker-restart: restart the broker now, its closed sessions are waited for"
    : `${kind} begins, as planned`;
