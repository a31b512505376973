import { PLACE, PROPERTY, textAt, walkProperties } from "./properties.ts";

/** What a client needs to know from CONNACK; absent properties have the standard's default. */
export interface BrokerLimits {
  readonly receiveMaximum: number;
  readonly maximumQos: number;
  readonly retainAvailable: boolean;
  readonly maximumPacketBytes: number;
  /** Replaces what the client asked for. */
  readonly serverKeepAliveSec: number | undefined;
  /** Replaces what the client asked for. */
  readonly sessionExpirySec: number | undefined;
  readonly assignedClientId: string | undefined;
  /** What the broker has to say about its answer, for a person. */
  readonly explanation: string | undefined;
}

export const DEFAULT_BROKER_LIMITS: BrokerLimits = {
  receiveMaximum: 65_535,
  maximumQos: 2,
  retainAvailable: true,
  maximumPacketBytes: 268_435_460,
  serverKeepAliveSec: undefined,
  sessionExpirySec: undefined,
  assignedClientId: undefined,
  explanation: undefined,
};

/** The limits a CONNACK states, or undefined if its property list breaks a rule. */
export function readBrokerLimits(bytes: Buffer, at: number, end: number): BrokerLimits | undefined {
  const found: { -readonly [K in keyof BrokerLimits]: BrokerLimits[K] } = {
    ...DEFAULT_BROKER_LIMITS,
  };
  const listEnd = walkProperties(bytes, at, end, PLACE.connack, (property, from) => {
    switch (property) {
      case PROPERTY.receiveMaximum:
        found.receiveMaximum = bytes.readUInt16BE(from);
        break;
      case PROPERTY.maximumQos:
        found.maximumQos = bytes.readUInt8(from);
        break;
      case PROPERTY.retainAvailable:
        found.retainAvailable = bytes.readUInt8(from) === 1;
        break;
      case PROPERTY.maximumPacketSize:
        found.maximumPacketBytes = bytes.readUInt32BE(from);
        break;
      case PROPERTY.serverKeepAlive:
        found.serverKeepAliveSec = bytes.readUInt16BE(from);
        break;
      case PROPERTY.sessionExpiry:
        found.sessionExpirySec = bytes.readUInt32BE(from);
        break;
      case PROPERTY.assignedClientId:
        found.assignedClientId = textAt(bytes, from);
        break;
      case PROPERTY.reasonString:
        found.explanation = textAt(bytes, from);
        break;
      default:
    }
  });
  const usable = found.receiveMaximum > 0 && found.maximumPacketBytes > 0;
  return listEnd === end && usable ? found : undefined;
}
