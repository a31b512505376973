import { z } from "zod";
import { ApiDriver } from "../axes/api.ts";
import type { AxisMeasurer } from "../engine/axis-measurer.ts";
import { findCeiling, type GeneratorCeiling } from "../engine/null-sink-ceiling.ts";
import { SlotMeasurer } from "../engine/slot-measurer.ts";
import { ThreadEngine } from "../engine/thread-engine.ts";
import { seededRandom } from "../load/random.ts";
import { poissonPace } from "../plan/pacer.ts";
import type { AxisPlan, Plan } from "../plan/plan.ts";
import type { ScenarioOf } from "../scenario/schema.ts";
import { checkTarget } from "../scenario/target-gate.ts";
import { openBrokerTarget } from "../target/broker-target.ts";
import type { World } from "../world.ts";
import { startService } from "./processes.ts";

/** A null sink in a process of its own, as an idle target that the whole path is driven against. */
export interface NullSink extends AsyncDisposable {
  /** Undefined for an axis whose limit is no rate. */
  ceilingFor(plan: AxisPlan, workers: number): Promise<GeneratorCeiling | undefined>;
}

export type OpenNullSink = (world: World) => Promise<NullSink>;

const Ports = z.object({ mqtt: z.int(), http: z.int() });
const RUN_ID = "null-sink";
const SEED = 1;
/** Enough that the messages of one tick go to as many Units, as they do in a run. */
const UNITS = 64;
const CONNECTS_PER_SEC = 2000;
const RELAY_START = 3000;
const API_START = 1500;

export async function openNullSink(world: World): Promise<NullSink> {
  const entry = new URL("../engine/null-sink-main.ts", import.meta.url);
  const service = startService(entry, [], world.env, () => undefined);
  try {
    const ports = Ports.parse(JSON.parse(await service.firstLine));
    return {
      ceilingFor: (plan, workers) => ceilingFor(world, plan, workers, ports),
      [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
    };
  } catch (error) {
    await service[Symbol.asyncDispose]();
    throw error;
  }
}

async function ceilingFor(
  world: World,
  plan: AxisPlan,
  workers: number,
  ports: z.infer<typeof Ports>,
): Promise<GeneratorCeiling | undefined> {
  const { scenario } = plan;
  const { signal } = world;
  switch (scenario.axis) {
    case "link":
    case "base":
    case "store":
      return undefined;
    case "relay": {
      await using target = await openBroker(world, plan, workers, ports.mqtt);
      await using measurer = await target.openAxis(plan, signal);
      return await findCeiling(measurer, { runId: RUN_ID, startLoad: RELAY_START, signal });
    }
    case "api": {
      await using measurer = apiMeasurer(world, plan, scenario, ports.http);
      return await findCeiling(measurer, { runId: RUN_ID, startLoad: API_START, signal });
    }
    default:
      return scenario satisfies never;
  }
}

/** The broker path as it is for any target, on fewer Units that each send more. */
async function openBroker(world: World, axis: AxisPlan, workers: number, port: number) {
  const target = await checkTarget(`mqtt://127.0.0.1:${port}`, {
    lookup: world.lookup,
    yes: false,
  });
  const shared = { maxUnits: UNITS, connectsPerSec: CONNECTS_PER_SEC, seed: SEED };
  const { depth } = axis.search;
  const plan: Plan = { targetKind: "broker", depth, workers, axes: [axis], ...shared };
  const context = { runId: RUN_ID, onProgress: () => undefined, ...shared };
  const { signal, clock } = world;
  return openBrokerTarget({
    target,
    plan,
    context,
    access: { credentials: {}, certificates: {} },
    signal,
    clock,
  });
}

function apiMeasurer(
  { clock }: World,
  { objective }: AxisPlan,
  { requests }: ScenarioOf<"api">,
  port: number,
): AxisMeasurer {
  const request = { method: "GET" as const, path: "/", headers: {}, check: checkAnswer };
  const driver = new ApiDriver({
    origin: `http://127.0.0.1:${port}`,
    address: { address: "127.0.0.1", family: 4 },
    clock,
    random: seededRandom(SEED),
    connections: requests.connections,
    timeoutMs: requests.timeoutMs,
    openMix: () => Promise.resolve({ next: () => request }),
    checkAlive: () => Promise.resolve(),
  });
  const options = { driver, objective, clock, pacer: poissonPace, seed: SEED };
  return new SlotMeasurer({ engine: new ThreadEngine(options), objective, clock });
}

/** As much as the answers of an instance are looked at. */
const checkAnswer = (status: number, body: string): string | undefined =>
  status === 200 && body.includes('"count"') ? undefined : "wrong-body";
