/** MQTT protocol level: 4 is 3.1.1, 5 is 5.0. */
export type ProtocolLevel = 4 | 5;

export type Qos = 0 | 1 | 2;

/** Packet types, as they stand in the high four bits of the first byte. */
export const PACKET = {
  connect: 1,
  connack: 2,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  subscribe: 8,
  suback: 9,
  unsubscribe: 10,
  unsuback: 11,
  pingreq: 12,
  pingresp: 13,
  disconnect: 14,
} as const;

/** The four packets that carry nothing but a packet id (and, in MQTT 5, a reason). */
export type AckType =
  | typeof PACKET.puback
  | typeof PACKET.pubrec
  | typeof PACKET.pubrel
  | typeof PACKET.pubcomp;

/** Reason codes from here on say no. */
export const FIRST_FAILURE_CODE = 0x80;

/** MQTT 5 reasons this side gives. */
export const REASON = {
  normal: 0,
  disconnectWithWill: 0x04,
  malformedPacket: 0x81,
  protocolError: 0x82,
  /** The packet id of an acknowledgement names nothing the receiver knows. */
  packetIdNotFound: 0x92,
  receiveMaximumExceeded: 0x93,
  topicAliasInvalid: 0x94,
  packetTooLarge: 0x95,
} as const;

/** The largest remaining length four bytes of seven bits can say. */
export const MAX_REMAINING_LENGTH = 268_435_455;

export const MAX_PACKET_ID = 65_535;
