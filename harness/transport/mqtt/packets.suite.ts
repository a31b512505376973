import * as fc from "fast-check";
import type { Packet } from "mqtt-packet";
import { PACKET } from "./protocol.ts";

const packetId = fc.integer({ min: 1, max: 65_535 });
const topic = fc
  .string({ unit: "binary", minLength: 1, maxLength: 60 })
  .filter((s) => !/[+#\0]/.test(s));
const shortText = fc.string({ maxLength: 8 });
// Of an empty dictionary mqtt-packet makes a property without a value.
const userProperties = fc.dictionary(fc.string({ minLength: 1, maxLength: 4 }), shortText, {
  noNullPrototype: true,
  minKeys: 1,
  maxKeys: 3,
});

/** Random packets for one protocol level, each with the event it should become. */
export function packets(protocol: 4 | 5): fc.Arbitrary<{ packet: Packet; event: unknown }> {
  const five = protocol === 5;
  const publish = fc
    .record({
      topic,
      qos: fc.constantFrom<0 | 1 | 2>(0, 1, 2),
      retain: fc.boolean(),
      dup: fc.boolean(),
      messageId: packetId,
      payload: fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
      properties: fc.record(
        {
          payloadFormatIndicator: fc.boolean(),
          messageExpiryInterval: fc.nat(),
          responseTopic: topic,
          correlationData: fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes)),
          subscriptionIdentifier: fc.integer({ min: 1, max: 268_435_455 }),
          contentType: shortText,
          userProperties,
        },
        { requiredKeys: [] },
      ),
    })
    .map(({ messageId, properties, ...rest }) => {
      const dup = rest.dup && rest.qos > 0;
      const id = rest.qos > 0 ? messageId : 0;
      const packet: Packet = {
        cmd: "publish",
        ...rest,
        dup,
        ...(id > 0 ? { messageId } : {}),
        ...(five ? { properties } : {}),
      };
      const flags = (dup ? 8 : 0) | (rest.qos << 1) | (rest.retain ? 1 : 0);
      const payload = rest.payload.toString("hex");
      const first = (PACKET.publish << 4) | flags;
      return { packet, event: { cmd: "publish", topic: rest.topic, payload, id, first } };
    });
  const ack = fc
    .record({
      cmd: fc.constantFrom("puback", "pubrec", "pubrel", "pubcomp"),
      messageId: packetId,
      failed: fc.boolean(),
      properties: fc.record(
        { reasonString: fc.string({ minLength: 1, maxLength: 8 }), userProperties },
        { requiredKeys: [] },
      ),
    })
    .map(({ cmd, messageId, failed, properties }) => {
      const refusal = cmd === "puback" || cmd === "pubrec" ? 0x87 : 0x92;
      const code = five && failed ? refusal : 0;
      const packet = { cmd, messageId, ...(five ? { reasonCode: code, properties } : {}) };
      return { packet, event: { cmd: "ack", type: PACKET[cmd], id: messageId, code } };
    });
  const suback = fc
    .record({
      messageId: packetId,
      granted: fc.array(fc.constantFrom(0, 1, 2, 0x80), { minLength: 1 }),
    })
    .map(({ messageId, granted }) => ({
      packet: { cmd: "suback" as const, messageId, granted },
      event: { cmd: "subscribed", type: PACKET.suback, id: messageId, codes: granted },
    }));
  const unsuback = fc
    .record({
      messageId: packetId,
      granted: fc.array(fc.constantFrom(0, 0x11, 0x87), { minLength: 1 }),
    })
    .map(({ messageId, granted }) => ({
      packet: { cmd: "unsuback" as const, messageId, granted },
      event: {
        cmd: "subscribed",
        type: PACKET.unsuback,
        id: messageId,
        codes: five ? granted : [],
      },
    }));
  const pingresp = fc.constant({
    packet: { cmd: "pingresp" as const },
    event: { cmd: "pingresp" },
  });
  return fc.oneof(publish, ack, suback, unsuback, pingresp);
}
