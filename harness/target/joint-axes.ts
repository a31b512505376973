import { REFERENCE_UNIT } from "#grader/grade/reference-unit.ts";
import { connectCrew } from "../axes/connect-crew.ts";
import type { Crew } from "../axes/crew.ts";
import type { AxisMeasurer } from "../engine/axis-measurer.ts";
import { type HeldSessions, sessionsFor } from "../engine/held-sessions.ts";
import { type JointAxis, JointMeasurer } from "../engine/joint-measurer.ts";
import type { Clock } from "../load/clock.ts";
import type { JointPlan } from "../plan/joint-plan.ts";
import type { AxisPlan } from "../plan/plan.ts";
import type { Scenario } from "../scenario/schema.ts";
import type { BrokerAddress } from "./mqtt-axes.ts";

export interface JointParts {
  readonly joint: JointPlan;
  readonly axes: readonly AxisPlan[];
  /** Opens one axis as it would be alone, with no more Units than so many. */
  readonly open: (plan: AxisPlan, maxUnits: number) => Promise<AxisMeasurer>;
  /** The Units' threads, and what they connect to, for messages. */
  readonly units: () => Promise<{ readonly crew: Crew; readonly address: BrokerAddress }>;
  readonly clock: Clock;
  readonly onProgress: (message: string) => void;
}

/** All axes at once. What each offers is spread over the Units as so many reference Units would. */
export async function jointMeasurer(parts: JointParts): Promise<AxisMeasurer> {
  const { joint, axes, open, clock } = parts;
  // Link has held no more than this; nobody may connect more meanwhile.
  const maxUnits = sessionsFor(joint.search.maxLoad);
  const loaded: JointAxis[] = [];
  for (const plan of axes) {
    if (plan.axis === "link") continue;
    const { engine, spoils } = await open(asManyUnits(plan), maxUnits);
    if (engine === undefined) throw new Error(`${plan.axis} has no steps to be driven`);
    loaded.push({ axis: plan.axis, engine, objective: plan.objective, spoils });
  }
  const link = axes.find(({ axis }) => axis === "link");
  const sessions = link === undefined ? undefined : await heldSessions(link, parts);
  return new JointMeasurer({ axes: loaded, sessions, clock });
}

async function heldSessions(
  { objective }: AxisPlan,
  { units, clock, onProgress }: JointParts,
): Promise<HeldSessions> {
  const { crew, address: broker } = await units();
  const address = `${broker.host}:${broker.port}`;
  return {
    objective,
    prepare: (count, signal) => connectCrew({ crew, clock, address, onProgress }, count, signal),
    missing: (count, signal) => crew.missing(count, signal),
  };
}

/** Alone few Units carry Relay, each as fast as it may; here each sends what one Unit sends. */
const asManyUnits = (plan: AxisPlan): AxisPlan => ({ ...plan, scenario: slowed(plan.scenario) });

function slowed(scenario: Scenario): Scenario {
  if (scenario.axis !== "relay") return scenario;
  const { message } = scenario;
  const perUnitPerSec = Math.min(message.perUnitPerSec, REFERENCE_UNIT.perUnit.relay);
  return { ...scenario, message: { ...message, perUnitPerSec } };
}
