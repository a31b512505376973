import type { Crew } from "../axes/crew.ts";
import { CrewSessions } from "../axes/crew-sessions.ts";
import { StoreReading, type StoreSource } from "../axes/store-reading.ts";
import { WrittenEngine } from "../axes/written-engine.ts";
import { WrittenMeasurer } from "../axes/written-measurer.ts";
import type { AxisMeasurer } from "../engine/axis-measurer.ts";
import type { Clock } from "../load/clock.ts";
import { hashName } from "../load/random.ts";
import type { AxisPlan } from "../plan/plan.ts";
import { storeUnitsFor } from "../plan/store-units.ts";
import type { FleetUnit } from "../platform/fleet-units.ts";
import { setPipes } from "../platform/pipes.ts";
import type { PlatformSession } from "../platform/session.ts";
import type { ScenarioOf } from "../scenario/schema.ts";
import type { BrokerAddress } from "./mqtt-axes.ts";
import type { TargetContext } from "./target.ts";

export interface StoreParts {
  readonly crew: Crew;
  readonly address: BrokerAddress;
  readonly session: PlatformSession;
  /** Those made so far. */
  readonly units: () => readonly FleetUnit[];
  readonly context: TargetContext;
  readonly clock: Clock;
}

/** Store: Units publish readings; reading them back over the API is the ground truth. */
export function storeMeasurer(
  plan: AxisPlan,
  scenario: ScenarioOf<"store">,
  { crew, address, session, units, context, clock }: StoreParts,
): AxisMeasurer {
  const { objective, pace } = plan;
  const { message, arrivals, flushMs, readEveryMs } = scenario;
  const { onProgress } = context;
  const runTag = hashName(context.runId);
  const reader = new StoreReading({
    source: sourceOf(session),
    clock,
    runTag,
    payloadBytes: message.payloadBytes,
    flushMs,
    everyMs: readEveryMs,
    nodeOf: (unit) => units()[unit]?.outputNodeUuid,
    onProgress,
  });
  const engine = new WrittenEngine("store", {
    crew,
    reader,
    objective,
    clock,
    unitsFor: (load) => storeUnitsFor(load, scenario, Math.min(context.maxUnits, crew.maxUnits)),
    work: {
      arrivals,
      ...(pace === undefined ? {} : { pace }),
      payloadBytes: message.payloadBytes,
      qos: message.qos,
      runTag,
      flushMs,
    },
    // Growth is told from when each reading was taken in: looks need not have come to be even.
    settleMs: 0,
    primesPerSec: context.primesPerSec,
    silence: {
      what: "nodes nothing could be read back: the DataPipe stored nothing that they published",
      hint: "`loadstone doctor --instance URL` finds a DataPipe that is not subscribed or not running",
    },
    address: `${address.host}:${address.port}`,
    onProgress,
  });
  const sessions = new CrewSessions(crew);
  const atEnd = () => onProgress(reader.costInWords());
  return new WrittenMeasurer({ engine, objective, clock, sessions, reader, readEveryMs, atEnd });
}

const sourceOf = (session: PlatformSession): StoreSource => ({
  setPipes: (wishes) => setPipes(session.pipes, wishes),
  rows: (query) => session.pipes.rows(query),
  lastValues: async (uuids) => (await session.unitNodes({ uuids, limit: uuids.length })).unit_nodes,
});
