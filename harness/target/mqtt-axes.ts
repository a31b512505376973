import { ConnectedUnits } from "../axes/connected-units.ts";
import type { ConnectPlan } from "../axes/connections.ts";
import { LinkMeasurer } from "../axes/link.ts";
import { RelayDriver } from "../axes/relay.ts";
import { UnitSessions } from "../axes/unit-sessions.ts";
import type { UnitSource } from "../axes/unit-source.ts";
import type { AxisMeasurer } from "../engine/axis-measurer.ts";
import { SlotMeasurer } from "../engine/slot-measurer.ts";
import type { Clock } from "../load/clock.ts";
import { hashName } from "../load/random.ts";
import { envelopeEvery } from "../plan/envelope-share.ts";
import { axisPacer } from "../plan/axis-pacer.ts";
import type { AxisPlan } from "../plan/plan.ts";
import type { ScenarioOf } from "../scenario/schema.ts";
import { Workspace } from "../transport/mqtt/workspace.ts";
import type { TargetContext } from "./target.ts";

/** How a Unit speaks when no relay scenario says otherwise. */
const DEFAULT_MESSAGE = { payloadBytes: 64, qos: 1, inflight: 20 } as const;
const KEEP_ALIVE_SEC = 60;
const CONNECT_TIMEOUT_MS = 10_000;

export type BrokerAddress = Pick<ConnectPlan, "host" | "port" | "tls" | "serverName" | "sources">;

/** The Units of a run on one broker. */
export function unitsOf(
  source: UnitSource,
  address: BrokerAddress,
  relay: ScenarioOf<"relay"> | undefined,
  context: TargetContext,
  clock: Clock,
): ConnectedUnits {
  const message = relay?.message ?? DEFAULT_MESSAGE;
  return new ConnectedUnits({
    source,
    clock,
    runTag: hashName(context.runId),
    payloadBytes: message.payloadBytes,
    envelopeEvery: envelopeEvery(message),
    connect: {
      ...address,
      keepAliveSec: context.keepAliveSec ?? KEEP_ALIVE_SEC,
      maxInflight: message.inflight,
      connectsPerSec: context.connectsPerSec,
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      qos: message.qos,
      workspace: new Workspace({ now: () => clock.now() }),
    },
  });
}

export function linkMeasurer(
  plan: AxisPlan,
  scenario: ScenarioOf<"link">,
  units: ConnectedUnits,
  seed: number,
  clock: Clock,
): AxisMeasurer {
  const { objective } = plan;
  const { connectDeadlineMs } = scenario;
  return new LinkMeasurer({ units, objective, clock, seed, connectDeadlineMs });
}

export function relayMeasurer(
  plan: AxisPlan,
  scenario: ScenarioOf<"relay">,
  units: ConnectedUnits,
  context: TargetContext,
  clock: Clock,
): AxisMeasurer {
  const { perUnitPerSec } = scenario.message;
  const { primesPerSec, onProgress } = context;
  return new SlotMeasurer({
    driver: new RelayDriver({
      units,
      perUnitPerSec,
      ...(primesPerSec === undefined ? {} : { primesPerSec }),
      onProgress,
    }),
    objective: plan.objective,
    clock,
    pacer: axisPacer(plan.pace, scenario.arrivals, context.seed),
    sessions: new UnitSessions(units),
    seed: context.seed,
  });
}
