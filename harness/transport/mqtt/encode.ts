import { Bytes } from "./bytes.ts";
import { type AckType, PACKET, type ProtocolLevel, type Qos } from "./protocol.ts";
import { appendPublishProperties, type PublishProperties } from "./publish-properties.ts";

/** Bytes the longest acknowledgement `writeAck` makes can take. */
export const MAX_ACK_BYTES = 5;

/**
 * Writes one acknowledgement at `at` and returns where it ends. A code other than 0 exists in
 * MQTT 5 only.
 */
export function writeAck(
  target: Buffer,
  at: number,
  type: AckType,
  packetId: number,
  code: number,
): number {
  target[at] = (type << 4) | (type === PACKET.pubrel ? 2 : 0);
  target[at + 1] = code === 0 ? 2 : 3;
  target[at + 2] = packetId >>> 8;
  target[at + 3] = packetId & 0xff;
  if (code === 0) return at + 4;
  target[at + 4] = code;
  return at + 5;
}

/** A ready PUBLISH frame of which only packet id and payload are ever rewritten. */
export interface PublishTemplate {
  readonly topic: string;
  readonly qos: Qos;
  /** The whole packet; `payload` is a view of its end. */
  readonly frame: Buffer;
  /** The caller writes here before each publish. */
  readonly payload: Buffer;
  /** Where the packet id stands in `frame`; 0 for QoS 0, which has none. */
  readonly packetIdAt: number;
}

export interface PublishExtras {
  readonly retain?: boolean;
  /** MQTT 5 only. */
  readonly properties?: PublishProperties;
}

export interface PublishFields extends PublishExtras {
  readonly topic: string;
  readonly qos: Qos;
  readonly payloadBytes: number;
}

export function buildPublishTemplate(
  protocol: ProtocolLevel,
  { topic, qos, payloadBytes, retain = false, properties = {} }: PublishFields,
): PublishTemplate {
  const bytes = new Bytes().text(topic);
  const topicBytes = bytes.view().length;
  if (qos > 0) bytes.uint16(0);
  if (protocol === 5) bytes.counted((list) => appendPublishProperties(list, properties));
  const headBytes = bytes.view().length;
  const firstByte = (PACKET.publish << 4) | (qos << 1) | (retain ? 1 : 0);
  const frame = bytes.zeros(payloadBytes).toPacket(firstByte);
  const payload = frame.subarray(frame.length - payloadBytes);
  const packetIdAt = frame.length - payloadBytes - headBytes + topicBytes;
  return { topic, qos, frame, payload, packetIdAt: qos > 0 ? packetIdAt : 0 };
}
