import {
  type AckType,
  MAX_REMAINING_LENGTH,
  PACKET,
  type ProtocolLevel,
  type Qos,
} from "./protocol.ts";

/** What the broker publishes for a client that vanishes. */
export interface Will {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: Qos;
  readonly retain?: boolean;
}

export interface ConnectFields {
  readonly protocol: ProtocolLevel;
  readonly clientId: string;
  readonly cleanSession: boolean;
  readonly keepAliveSec: number;
  readonly username?: string;
  readonly password?: string;
  readonly will?: Will;
  /** MQTT 5 only: seconds the broker keeps the session after the connection ends. */
  readonly sessionExpirySec?: number;
  /** MQTT 5 only: QoS 1 and 2 messages the broker may have in flight towards us. */
  readonly receiveMaximum?: number;
  /** MQTT 5 only: the largest packet the broker may send. */
  readonly maximumPacketBytes?: number;
}

/** Bytes the longest acknowledgement `writeAck` makes can take. */
export const MAX_ACK_BYTES = 5;

const PROPERTY_SESSION_EXPIRY = 17;
const PROPERTY_RECEIVE_MAXIMUM = 33;
const PROPERTY_MAXIMUM_PACKET_SIZE = 39;
const NO_BYTES = Buffer.alloc(0);

/** The opening packet of a connection. */
export function encodeConnect(fields: ConnectFields): Buffer {
  const { protocol, will, password } = fields;
  // 3.1.1 allows no password without a user name.
  const username = fields.username ?? (password !== undefined && protocol === 4 ? "" : undefined);
  let flags = fields.cleanSession ? 0x02 : 0;
  if (will !== undefined) flags |= 0x04 | (will.qos << 3) | (will.retain === true ? 0x20 : 0);
  if (password !== undefined) flags |= 0x40;
  if (username !== undefined) flags |= 0x80;
  const parts = [text("MQTT"), Buffer.from([protocol, flags]), uint16(fields.keepAliveSec)];
  if (protocol === 5) parts.push(connectProperties(fields));
  parts.push(text(fields.clientId));
  if (will !== undefined) {
    if (protocol === 5) parts.push(Buffer.from([0]));
    parts.push(text(will.topic), binary(will.payload));
  }
  if (username !== undefined) parts.push(text(username));
  if (password !== undefined) parts.push(text(password));
  return packet(PACKET.connect << 4, parts);
}

/** Asks for every topic filter at the same QoS. */
export function encodeSubscribe(
  protocol: ProtocolLevel,
  packetId: number,
  topics: readonly string[],
  qos: Qos,
): Buffer {
  const parts = [packetIdAndNoProperties(protocol, packetId)];
  for (const topic of topics) parts.push(text(topic), Buffer.from([qos]));
  return packet((PACKET.subscribe << 4) | 2, parts);
}

export function encodeUnsubscribe(
  protocol: ProtocolLevel,
  packetId: number,
  topics: readonly string[],
): Buffer {
  const parts = [packetIdAndNoProperties(protocol, packetId)];
  for (const topic of topics) parts.push(text(topic));
  return packet((PACKET.unsubscribe << 4) | 2, parts);
}

export function encodePingreq(): Buffer {
  return Buffer.from([PACKET.pingreq << 4, 0]);
}

/** A normal goodbye: the short form is reason 0 in MQTT 5 too, and drops the will. */
export function encodeDisconnect(): Buffer {
  return Buffer.from([PACKET.disconnect << 4, 0]);
}

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

export interface PublishFields {
  readonly topic: string;
  readonly qos: Qos;
  readonly payloadBytes: number;
  readonly retain?: boolean;
}

export function buildPublishTemplate(
  protocol: ProtocolLevel,
  { topic, qos, payloadBytes, retain = false }: PublishFields,
): PublishTemplate {
  const parts = [text(topic)];
  if (qos > 0) parts.push(uint16(0));
  if (protocol === 5) parts.push(Buffer.from([0]));
  parts.push(Buffer.alloc(payloadBytes));
  const frame = packet((PACKET.publish << 4) | (qos << 1) | (retain ? 1 : 0), parts);
  const payload = frame.subarray(frame.length - payloadBytes);
  const afterPacketId = frame.length - payloadBytes - (protocol === 5 ? 1 : 0);
  return { topic, qos, frame, payload, packetIdAt: qos > 0 ? afterPacketId - 2 : 0 };
}

/** The seven-bits-a-byte number MQTT uses for lengths. */
export function encodeVariableInteger(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low | 0x80 : low);
  } while (rest > 0);
  return Buffer.from(bytes);
}

function packet(firstByte: number, parts: readonly Buffer[]): Buffer {
  let length = 0;
  for (const part of parts) length += part.length;
  if (length > MAX_REMAINING_LENGTH) {
    throw new RangeError(
      `an MQTT packet holds at most ${MAX_REMAINING_LENGTH} bytes, not ${length}`,
    );
  }
  return Buffer.concat([Buffer.from([firstByte]), encodeVariableInteger(length), ...parts]);
}

function connectProperties(fields: ConnectFields): Buffer {
  const { sessionExpirySec, receiveMaximum, maximumPacketBytes } = fields;
  const parts: Buffer[] = [];
  if (sessionExpirySec !== undefined) {
    parts.push(Buffer.from([PROPERTY_SESSION_EXPIRY]), uint32(sessionExpirySec));
  }
  if (receiveMaximum !== undefined) {
    parts.push(Buffer.from([PROPERTY_RECEIVE_MAXIMUM]), uint16(receiveMaximum));
  }
  if (maximumPacketBytes !== undefined) {
    parts.push(Buffer.from([PROPERTY_MAXIMUM_PACKET_SIZE]), uint32(maximumPacketBytes));
  }
  const properties = Buffer.concat(parts);
  return Buffer.concat([encodeVariableInteger(properties.length), properties]);
}

function packetIdAndNoProperties(protocol: ProtocolLevel, packetId: number): Buffer {
  return Buffer.concat([uint16(packetId), protocol === 5 ? Buffer.from([0]) : NO_BYTES]);
}

function text(value: string): Buffer {
  return binary(Buffer.from(value, "utf8"));
}

function binary(value: Buffer): Buffer {
  return Buffer.concat([uint16(value.length), value]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
