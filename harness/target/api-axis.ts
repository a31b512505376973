import { ApiDriver } from "../axes/api.ts";
import { apiMix } from "../axes/api-mix.ts";
import type { AxisMeasurer } from "../engine/axis-measurer.ts";
import { SlotMeasurer } from "../engine/slot-measurer.ts";
import { ThreadEngine } from "../engine/thread-engine.ts";
import type { Clock } from "../load/clock.ts";
import { hashName, seededRandom } from "../load/random.ts";
import { axisPacer } from "../plan/axis-pacer.ts";
import type { AxisPlan } from "../plan/plan.ts";
import type { FleetUnit } from "../platform/fleet-units.ts";
import type { ScenarioOf } from "../scenario/schema.ts";
import type { Target } from "../scenario/target-gate.ts";

export interface ApiParts {
  readonly target: Target;
  readonly token: string;
  readonly seed: number;
  readonly clock: Clock;
  readonly checkAlive: () => Promise<void>;
  /** The first so many Units, made where they are not there. */
  readonly growTo: (count: number) => Promise<readonly FleetUnit[]>;
}

/** API: callers ask about many distinct Units; an answer that is right is the ground truth. */
export function apiMeasurer(
  { objective, pace }: AxisPlan,
  { requests, arrivals }: ScenarioOf<"api">,
  { target, token, seed, clock, checkAlive, growTo }: ApiParts,
): AxisMeasurer {
  const { connections, timeoutMs, objects, graphqlRatio } = requests;
  const driver = new ApiDriver({
    origin: target.url,
    address: target,
    clock,
    random: seededRandom(seed, hashName("api-mix")),
    connections,
    timeoutMs,
    checkAlive,
    openMix: async () => apiMix({ token, units: await growTo(objects) }, graphqlRatio),
  });
  const pacer = axisPacer(pace, arrivals, seed);
  const engine = new ThreadEngine({ driver, objective, clock, pacer, seed });
  return new SlotMeasurer({ engine, objective, clock });
}
