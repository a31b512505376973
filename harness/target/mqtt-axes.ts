import type { ConnectPlan } from "../axes/connections.ts";
import { Crew } from "../axes/crew.ts";
import { CrewSessions } from "../axes/crew-sessions.ts";
import { LinkMeasurer } from "../axes/link.ts";
import { RelayEngine } from "../axes/relay-engine.ts";
import type { UnitSource } from "../axes/unit-source.ts";
import type { AxisMeasurer } from "../engine/axis-measurer.ts";
import { SlotMeasurer } from "../engine/slot-measurer.ts";
import { monotonicOriginMs } from "../load/aligned-clock.ts";
import type { Clock } from "../load/clock.ts";
import { hashName } from "../load/random.ts";
import { openThreads } from "../load/threads.ts";
import { envelopeEvery } from "../plan/envelope-share.ts";
import type { AxisPlan, Plan } from "../plan/plan.ts";
import type { ScenarioOf } from "../scenario/schema.ts";
import type { TargetContext } from "./target.ts";

/** How a Unit speaks when no relay scenario says otherwise. */
const DEFAULT_MESSAGE = { payloadBytes: 64, qos: 1, inflight: 20 } as const;
const KEEP_ALIVE_SEC = 60;
const CONNECT_TIMEOUT_MS = 10_000;

export type BrokerAddress = Pick<
  ConnectPlan,
  "host" | "port" | "tls" | "certificates" | "websocket" | "serverName" | "sources"
>;

/** The threads that share the Units of a run on one broker. */
export async function openCrew(
  source: UnitSource,
  address: BrokerAddress,
  plan: Plan,
  context: TargetContext,
  clock: Clock,
): Promise<Crew> {
  const message = relayScenario(plan)?.message ?? DEFAULT_MESSAGE;
  const setup = {
    seed: context.seed,
    clockOriginMs: monotonicOriginMs(() => clock.now()),
    units: {
      runTag: hashName(context.runId),
      payloadBytes: message.payloadBytes,
      envelopeEvery: envelopeEvery(message),
    },
    connect: {
      ...address,
      keepAliveSec: context.keepAliveSec ?? KEEP_ALIVE_SEC,
      maxInflight: message.inflight,
      connectsPerSec: context.connectsPerSec,
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      qos: message.qos,
    },
  };
  const shards = await openThreads(plan.workers, setup);
  return new Crew({ shards, source, clock, connectsPerSec: context.connectsPerSec });
}

export function linkMeasurer(
  plan: AxisPlan,
  scenario: ScenarioOf<"link">,
  crew: Crew,
  clock: Clock,
): AxisMeasurer {
  const { objective } = plan;
  const { connectDeadlineMs } = scenario;
  return new LinkMeasurer({ crew, objective, clock, connectDeadlineMs });
}

export function relayMeasurer(
  plan: AxisPlan,
  scenario: ScenarioOf<"relay">,
  crew: Crew,
  { host, port }: BrokerAddress,
  context: TargetContext,
  clock: Clock,
): AxisMeasurer {
  const { objective, pace } = plan;
  const { perUnitPerSec } = scenario.message;
  const engine = new RelayEngine({
    crew,
    objective,
    clock,
    perUnitPerSec,
    pacing: { arrivals: scenario.arrivals, ...(pace === undefined ? {} : { pace }) },
    address: `${host}:${port}`,
    primesPerSec: context.primesPerSec,
    onProgress: context.onProgress,
  });
  return new SlotMeasurer({ engine, objective, clock, sessions: new CrewSessions(crew) });
}

export const relayScenario = (plan: Plan): ScenarioOf<"relay"> | undefined => {
  for (const { scenario } of plan.axes) if (scenario.axis === "relay") return scenario;
  return undefined;
};
