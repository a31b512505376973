import type { BrokerLimits } from "./broker-limits.ts";
import type { PublishTemplate } from "./encode.ts";

/** Throws a RangeError for what the broker has said it will not take. */
export function refuseBeyond(
  limits: BrokerLimits,
  { frame, qos }: PublishTemplate,
  retain: boolean,
): void {
  const { maximumQos, maximumPacketBytes, retainAvailable } = limits;
  if (qos > maximumQos) {
    throw new RangeError(`the broker takes QoS ${maximumQos} at most, not ${qos}`);
  }
  if (retain && !retainAvailable) throw new RangeError("the broker retains no messages");
  if (frame.length > maximumPacketBytes) {
    throw new RangeError(
      `the broker takes ${maximumPacketBytes} bytes at most, not ${frame.length}`,
    );
  }
}
