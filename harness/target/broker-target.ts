import { brokerUnits } from "../axes/unit-source.ts";
import { LoadstoneError } from "../errors.ts";
import { type Clock, systemClock } from "../load/clock.ts";
import type { Plan } from "../plan/plan.ts";
import type { Target } from "../scenario/target-gate.ts";
import type { ScenarioOf } from "../scenario/schema.ts";
import { linkMeasurer, relayMeasurer, unitsOf } from "./mqtt-axes.ts";
import type { RunTarget, TargetContext } from "./target.ts";

export interface BrokerCredentials {
  readonly username?: string;
  readonly password?: string;
}

/** A bare MQTT broker: Link and Relay, nothing to create and nothing to leave behind. */
export function openBrokerTarget(
  target: Target,
  plan: Plan,
  context: TargetContext,
  credentials: BrokerCredentials,
  clock: Clock = systemClock,
): RunTarget {
  const source = brokerUnits(context.runId, context.maxUnits, credentials);
  const address = {
    host: target.address,
    port: target.port,
    tls: target.url.startsWith("mqtts:"),
  };
  const units = unitsOf(source, address, relayScenario(plan), context, clock);
  return {
    kind: "broker",
    url: target.url,
    name: null,
    version: null,
    axes: ["link", "relay"],
    openAxis: (axis) => {
      const { scenario } = axis;
      switch (scenario.axis) {
        case "link":
          return Promise.resolve(linkMeasurer(axis, scenario, units, context.seed, clock));
        case "relay":
          return Promise.resolve(relayMeasurer(axis, scenario, units, context, clock));
        case "api":
          throw new LoadstoneError("CONFIG_INVALID", "a bare broker has no API axis", {
            hint: "grade an instance with --instance URL",
          });
        default:
          return scenario satisfies never;
      }
    },
    cleanUp: () => Promise.resolve({ removed: 0, left: [] }),
    [Symbol.asyncDispose]: () => units[Symbol.asyncDispose](),
  };
}

export const relayScenario = (plan: Plan): ScenarioOf<"relay"> | undefined => {
  for (const { scenario } of plan.axes) if (scenario.axis === "relay") return scenario;
  return undefined;
};
