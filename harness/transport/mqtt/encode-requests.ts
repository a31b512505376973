import { Bytes } from "./bytes.ts";
import { PROPERTY } from "./properties.ts";
import { PACKET, type ProtocolLevel, type Qos, REASON } from "./protocol.ts";
import {
  appendPublishProperties,
  appendUserProperties,
  type PublishProperties,
} from "./publish-properties.ts";

/** What the broker publishes for a client that vanishes. */
export interface Will {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: Qos;
  readonly retain?: boolean;
  /** MQTT 5 only. */
  readonly properties?: PublishProperties;
  /** MQTT 5 only: seconds the broker waits for the client to come back first. */
  readonly delaySec?: number;
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
  /** MQTT 5 only: topics the broker may abbreviate to numbers. */
  readonly topicAliasMaximum?: number;
  /** MQTT 5 only. */
  readonly userProperties?: readonly (readonly [name: string, value: string])[];
}

/** The opening packet of a connection. */
export function encodeConnect(fields: ConnectFields): Buffer {
  const { protocol, will, password } = fields;
  // 3.1.1 allows no password without a user name.
  const username = fields.username ?? (password !== undefined && protocol === 4 ? "" : undefined);
  let flags = fields.cleanSession ? 0x02 : 0;
  if (will !== undefined) flags |= 0x04 | (will.qos << 3) | (will.retain === true ? 0x20 : 0);
  if (password !== undefined) flags |= 0x40;
  if (username !== undefined) flags |= 0x80;
  const bytes = new Bytes().text("MQTT").byte(protocol).byte(flags).uint16(fields.keepAliveSec);
  if (protocol === 5) bytes.counted((list) => appendConnectProperties(list, fields));
  bytes.text(fields.clientId);
  if (will !== undefined) {
    if (protocol === 5) bytes.counted((list) => appendWillProperties(list, will));
    bytes.text(will.topic).binary(will.payload);
  }
  if (username !== undefined) bytes.text(username);
  if (password !== undefined) bytes.text(password);
  return bytes.toPacket(PACKET.connect << 4);
}

function appendConnectProperties(list: Bytes, fields: ConnectFields): void {
  const { sessionExpirySec, receiveMaximum, maximumPacketBytes, topicAliasMaximum } = fields;
  if (sessionExpirySec !== undefined) list.byte(PROPERTY.sessionExpiry).uint32(sessionExpirySec);
  if (receiveMaximum !== undefined) list.byte(PROPERTY.receiveMaximum).uint16(receiveMaximum);
  if (maximumPacketBytes !== undefined) {
    list.byte(PROPERTY.maximumPacketSize).uint32(maximumPacketBytes);
  }
  if (topicAliasMaximum !== undefined) {
    list.byte(PROPERTY.topicAliasMaximum).uint16(topicAliasMaximum);
  }
  appendUserProperties(list, fields.userProperties ?? []);
}

function appendWillProperties(list: Bytes, will: Will): void {
  if (will.delaySec !== undefined) list.byte(PROPERTY.willDelay).uint32(will.delaySec);
  appendPublishProperties(list, will.properties ?? {});
}

/** Asks for every topic filter at the same QoS. */
export function encodeSubscribe(
  protocol: ProtocolLevel,
  packetId: number,
  topics: readonly string[],
  qos: Qos,
): Buffer {
  const bytes = packetIdAndNoProperties(protocol, packetId);
  for (const topic of topics) bytes.text(topic).byte(qos);
  return bytes.toPacket((PACKET.subscribe << 4) | 2);
}

export function encodeUnsubscribe(
  protocol: ProtocolLevel,
  packetId: number,
  topics: readonly string[],
): Buffer {
  const bytes = packetIdAndNoProperties(protocol, packetId);
  for (const topic of topics) bytes.text(topic);
  return bytes.toPacket((PACKET.unsubscribe << 4) | 2);
}

function packetIdAndNoProperties(protocol: ProtocolLevel, packetId: number): Bytes {
  const bytes = new Bytes().uint16(packetId);
  return protocol === 5 ? bytes.byte(0) : bytes;
}

export function encodePingreq(): Buffer {
  return Buffer.from([PACKET.pingreq << 4, 0]);
}

/** What an MQTT 5 goodbye may say; in 3.1.1 there is nothing to say. */
export interface Goodbye {
  readonly code?: number;
  /** Seconds the broker is to keep the session, in place of what CONNECT said. */
  readonly sessionExpirySec?: number;
}

/** The short form is reason 0 in MQTT 5 too, and drops the will. */
export function encodeDisconnect({ code = REASON.normal, sessionExpirySec }: Goodbye = {}): Buffer {
  if (code === REASON.normal && sessionExpirySec === undefined) {
    return Buffer.from([PACKET.disconnect << 4, 0]);
  }
  const bytes = new Bytes().byte(code);
  if (sessionExpirySec !== undefined) {
    bytes.counted((list) => list.byte(PROPERTY.sessionExpiry).uint32(sessionExpirySec));
  }
  return bytes.toPacket(PACKET.disconnect << 4);
}
