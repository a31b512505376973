import type { SearchOptions } from "#grader/capacity/step.ts";
import type { AxisId } from "#grader/contracts/axis.ts";
import type { Depth } from "#grader/contracts/capacity.ts";
import type { Objective } from "#grader/contracts/objective.ts";
import type { TargetKind } from "#grader/contracts/report.ts";
import { LoadstoneError } from "../errors.ts";
import type { Scenario } from "../scenario/schema.ts";
import { axisWindows } from "./axis-windows.ts";
import { mostBasePerSec } from "./base-units.ts";
import { type JointPlan, planJoint } from "./joint-plan.ts";
import type { Pace } from "./pace.ts";
import { type MostLoad, type WorkerRoom, workersFor } from "./workers.ts";

/** A whole run with every default filled in. Pure: nothing has been sent. */
export interface Plan {
  readonly targetKind: TargetKind;
  readonly depth: Depth;
  readonly seed: number;
  readonly maxUnits: number;
  /** Paced connects; an instance's listener takes 20 a second by default. */
  readonly connectsPerSec: number;
  /** Threads that send. */
  readonly workers: number;
  readonly axes: readonly AxisPlan[];
  /** After the axes, all of them at once; without it the axes are loaded one at a time. */
  readonly joint?: JointPlan;
}

export interface AxisPlan {
  readonly axis: Scenario["axis"];
  readonly scenario: Scenario;
  readonly objective: Objective;
  readonly search: SearchOptions;
  /** Units the axis may have; without it as many as the run. */
  readonly units?: number;
  /** How the whole step is paced, when it is one of given load. */
  readonly pace?: Pace;
}

export interface PlanInput {
  readonly targetKind: TargetKind;
  readonly depth: Depth;
  readonly seed: number;
  readonly axes: readonly AxisId[];
  readonly scenarios: readonly Scenario[];
  readonly objectives: readonly Objective[];
  readonly maxUnits: number;
  readonly connectsPerSec: number;
  /** Without it one thread sends. */
  readonly room?: WorkerRoom;
  readonly harmCeilingSec: number;
  /** Load all axes at once as well, where there are several. */
  readonly joint?: boolean;
}

export function makePlan(input: PlanInput): Plan {
  // Units come in pairs.
  const maxUnits = Math.max(2, 2 * Math.floor(input.maxUnits / 2));
  const axes = input.axes.map((axis) => planAxis(axis, { ...input, maxUnits }));
  const { targetKind, depth, seed, connectsPerSec, room } = input;
  const workers = room === undefined ? 1 : workersFor(room, mostOf(axes, maxUnits));
  const joint = input.joint === true ? planJoint(axes, maxUnits) : undefined;
  const made = { targetKind, depth, seed, maxUnits, connectsPerSec, workers, axes };
  return joint === undefined ? made : { ...made, joint };
}

/** What the worker threads may have to do; requests are not theirs. */
function mostOf(axes: readonly AxisPlan[], units: number): MostLoad {
  const rates = axes
    .filter(({ axis }) => axis === "relay" || axis === "store")
    .map(({ search }) => search.maxLoad);
  const isMqtt = axes.some(({ axis }) => axis !== "api");
  return { units: isMqtt ? units : 0, perSec: Math.max(0, ...rates) };
}

function planAxis(axis: AxisId, input: PlanInput): AxisPlan {
  const scenario = input.scenarios.find((candidate) => candidate.axis === axis);
  const objective = input.objectives.find((candidate) => candidate.axis === axis);
  if (scenario === undefined || objective === undefined) {
    throw new LoadstoneError("SCENARIO_INVALID", `there is no scenario or objective for ${axis}`, {
      hint: "this version measures link, relay, store, base and api",
    });
  }
  const maxLoad = Math.min(scenario.load.max ?? Infinity, unitsCeiling(scenario, input));
  return {
    axis: scenario.axis,
    scenario,
    objective,
    search: {
      depth: input.depth,
      startLoad: Math.min(scenario.load.start, maxLoad),
      floorLoad: Math.min(scenario.load.floor, maxLoad),
      maxLoad,
      maxLoadReason: "plan",
      windowMs: axisWindows(scenario, input.depth),
      answerMs: objective.deadlineMs,
      harmCeilingSec: input.harmCeilingSec,
      coolMs: scenario.coolMs,
    },
  };
}

/** Most load that so many Units may offer without any of them going faster than its kind does. */
export function unitsCeiling(
  scenario: Scenario,
  { maxUnits, depth }: Pick<PlanInput, "maxUnits" | "depth">,
): number {
  switch (scenario.axis) {
    case "link":
      return maxUnits;
    case "relay":
      return maxUnits * scenario.message.perUnitPerSec;
    case "store":
      return Math.min(maxUnits, scenario.nodes.most) * scenario.message.perUnitPerSec;
    case "base": {
      const { message } = scenario;
      const traffic = { mix: message, logsPerUnitPerSec: message.logsPerUnitPerSec };
      return mostBasePerSec(maxUnits, traffic, depth);
    }
    case "api":
      return Infinity;
    default:
      return scenario satisfies never;
  }
}
