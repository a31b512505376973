import { LoadstoneError } from "../errors.ts";
import type { Broker } from "../platform/fleet-units.ts";
import { checkTarget, type Target } from "../scenario/target-gate.ts";
import type { Lookup } from "../world.ts";

/**
 * Where the Units of an instance connect, by their own env. A private instance may only send us to
 * a private broker; for a public one its Admin vouches.
 */
export async function brokerOfFleet(
  target: Pick<Target, "isPrivate">,
  broker: Broker | undefined,
  lookup: Lookup,
): Promise<Broker> {
  if (broker === undefined) {
    throw new LoadstoneError("TARGET_ANSWER_INVALID", "no Unit's env names the MQTT broker", {
      hint: "check PU_MQTT_HOST and PU_MQTT_PORT of the instance",
    });
  }
  if (!target.isPrivate) return broker;
  const host = broker.host.includes(":") ? `[${broker.host}]` : broker.host;
  const checked = await checkTarget(`mqtt://${host}:${broker.port}`, { lookup, yes: false });
  return { ...broker, host: checked.address };
}
