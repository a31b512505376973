import type { AxisId } from "#grader/contracts/axis.ts";
import type { Objective } from "#grader/contracts/objective.ts";
import type { TargetKind } from "#grader/contracts/report.ts";
import type { BackOff } from "../axes/back-off.ts";
import { LoadstoneError } from "../errors.ts";
import type { Fault } from "../scenario/run-schema.ts";
import type { Scenario } from "../scenario/schema.ts";
import { baseUnitsForEver } from "./base-units.ts";
import { meanPerSec, type Pace, peakPerSec } from "./pace.ts";
import type { AxisPlan, Plan } from "./plan.ts";
import { storeUnitsFor } from "./store-units.ts";
import { type MostLoad, type WorkerRoom, workersFor } from "./workers.ts";

/** A run of given load with every default filled in. Pure: nothing has been sent. */
export interface FixedPlan {
  readonly kind: "run";
  readonly scenario: string;
  readonly about: string;
  readonly targetKind: TargetKind;
  readonly axis: AxisId;
  readonly seed: number;
  /** Mean and highest load, axis unit. */
  readonly meanLoad: number;
  readonly peakLoad: number;
  /** Absent where the load is a stock: Units held connected. */
  readonly pace: Pace | undefined;
  readonly durationMs: number;
  readonly windowMs: number;
  readonly windows: number;
  /** Units connected, those that send little or nothing among them. */
  readonly units: number;
  readonly connectsPerSec: number;
  /** Threads that send. */
  readonly workers: number;
  readonly keepAliveSec: number;
  /** Undefined: a session that closes stays closed. */
  readonly reconnect: BackOff | undefined;
  readonly faults: readonly Fault[];
  readonly objective: Objective;
  readonly traffic: Scenario;
}

export interface FixedPlanInput {
  readonly scenario: string;
  readonly about: string;
  readonly targetKind: TargetKind;
  readonly seed: number;
  readonly pace: Pace;
  readonly durationMs: number;
  readonly units: number | undefined;
  readonly connectsPerSec: number;
  /** Without it one thread sends. */
  readonly room?: WorkerRoom;
  readonly keepAliveSec: number;
  readonly reconnect: BackOff | undefined;
  readonly faults: readonly Fault[];
  readonly objective: Objective;
  readonly traffic: Scenario;
}

/** Longest window; a duration is cut into equal ones. */
const WINDOW_MS = 10_000;

export function makeFixedPlan(input: FixedPlanInput): FixedPlan {
  const { traffic, pace, durationMs, faults } = input;
  const windows = Math.max(1, Math.ceil(durationMs / WINDOW_MS));
  const isStock = traffic.axis === "link";
  const peakLoad = isStock ? evenUnits(peakPerSec(pace)) : peakPerSec(pace);
  checkFaults(input);
  const units = unitsOf(input, peakLoad);
  return {
    kind: "run",
    scenario: input.scenario,
    about: input.about,
    targetKind: input.targetKind,
    axis: traffic.axis,
    seed: input.seed,
    meanLoad: isStock ? peakLoad : meanPerSec(pace, durationMs),
    peakLoad,
    pace: isStock ? undefined : pace,
    durationMs,
    windowMs: durationMs / windows,
    windows,
    units,
    connectsPerSec: input.connectsPerSec,
    workers: input.room === undefined ? 1 : workersFor(input.room, mostOf(input, units, peakLoad)),
    keepAliveSec: input.keepAliveSec,
    reconnect: input.reconnect,
    faults: faults.toSorted((a, b) => a.at - b.at),
    objective: input.objective,
    traffic: spread(traffic, peakLoad, units),
  };
}

/** The same as a target takes it: one axis, and no search to come. */
export function asPlan(plan: FixedPlan): Plan & { readonly axes: readonly [AxisPlan] } {
  const { targetKind, seed, units, connectsPerSec, workers, traffic, objective, peakLoad } = plan;
  const search: AxisPlan["search"] = {
    depth: "quick",
    startLoad: peakLoad,
    floorLoad: peakLoad,
    maxLoad: peakLoad,
    maxLoadReason: "plan",
    windowMs: () => plan.windowMs,
    harmCeilingSec: Infinity,
    coolMs: traffic.coolMs,
  };
  const { pace } = plan;
  const axis = { axis: traffic.axis, scenario: traffic, objective, search };
  const axes = [{ ...axis, ...(pace === undefined ? {} : { pace }) }] as const;
  return { targetKind, depth: "quick", seed, maxUnits: units, connectsPerSec, workers, axes };
}

/** What the worker threads will have to do; requests are not theirs. */
function mostOf({ traffic }: FixedPlanInput, units: number, peakLoad: number): MostLoad {
  if (traffic.axis === "api") return { units: 0, perSec: 0 };
  return { units, perSec: traffic.axis === "link" ? 0 : peakLoad };
}

const evenUnits = (units: number): number => 2 * Math.max(1, Math.ceil(units / 2));

function unitsOf({ traffic, units }: FixedPlanInput, peakLoad: number): number {
  switch (traffic.axis) {
    case "link":
      return peakLoad;
    case "api":
      return units ?? traffic.requests.objects;
    case "relay": {
      const least = evenUnits(peakLoad / traffic.message.perUnitPerSec - 1e-9);
      if (units !== undefined && evenUnits(units) < least) throw tooFew(traffic, units, least);
      return units === undefined ? least : evenUnits(units);
    }
    case "store":
      return evenUnits(units ?? storeUnitsFor(peakLoad, traffic, Infinity));
    case "base": {
      const { message } = traffic;
      const least = baseUnitsForEver(peakLoad, message);
      if (units !== undefined && evenUnits(units) < least) throw tooFew(traffic, units, least);
      return units === undefined ? least : evenUnits(units);
    }
    default:
      return traffic satisfies never;
  }
}

const tooFew = (traffic: Scenario, units: number, least: number) =>
  new LoadstoneError(
    "CONFIG_INVALID",
    `${units} Units cannot send that much: one of "${traffic.id}" sends at most ${mostOfOne(traffic)}`,
    { hint: `give --units ${least} or more, or less --load` },
  );

const mostOfOne = (traffic: Scenario): string =>
  traffic.axis === "relay" ? `${traffic.message.perUnitPerSec} a second` : "a state a minute";

/** The load over all Units: each then sends so little that all of them are needed. */
function spread(traffic: Scenario, peakLoad: number, units: number): Scenario {
  switch (traffic.axis) {
    case "relay": {
      // A hair more, so that rounding asks for no pair beyond the last.
      const perUnitPerSec = (peakLoad / units) * (1 + 1e-9);
      return { ...traffic, message: { ...traffic.message, perUnitPerSec } };
    }
    case "api":
      return { ...traffic, requests: { ...traffic.requests, objects: units } };
    case "store": {
      const nodes = { ...traffic.nodes, least: units, most: units };
      return { ...traffic, nodes };
    }
    case "base":
    case "link":
      return traffic;
    default:
      return traffic satisfies never;
  }
}

function checkFaults({ faults, traffic, durationMs, reconnect }: FixedPlanInput): void {
  if (faults.length === 0) return;
  if (traffic.axis !== "relay") {
    throw new LoadstoneError("SCENARIO_INVALID", `${traffic.axis} has no sessions to disturb`, {
      hint: "faults go with relay traffic",
    });
  }
  if (reconnect === undefined) {
    throw new LoadstoneError("SCENARIO_INVALID", "faults need Units that come back", {
      hint: 'take `reconnect: "never"` out',
    });
  }
  const beyond = faults.find(({ at }) => at >= durationMs);
  if (beyond === undefined) return;
  throw new LoadstoneError(
    "SCENARIO_INVALID",
    `${beyond.kind} is planned at ${beyond.at / 1000} s, the run ends at ${durationMs / 1000} s`,
    { hint: "give a longer --duration" },
  );
}
