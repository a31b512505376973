import type { Bytes } from "./bytes.ts";
import {
  PLACE,
  PROPERTY,
  textAt,
  variableBytes,
  variableValue,
  walkProperties,
} from "./properties.ts";

/** What an MQTT 5 message carries beside topic and payload. */
export interface PublishProperties {
  /** The payload is UTF-8 text. */
  readonly payloadIsText?: boolean;
  /** Seconds the broker keeps an undelivered message; on the way in, what is left of them. */
  readonly messageExpirySec?: number;
  readonly contentType?: string;
  readonly responseTopic?: string;
  readonly correlationData?: Uint8Array;
  /** In order; a name may come more than once. */
  readonly userProperties?: readonly (readonly [name: string, value: string])[];
  /** On the way in only: the subscriptions that made the broker send this. */
  readonly subscriptionIds?: readonly number[];
}

/** Appends the list without its length. */
export function appendPublishProperties(to: Bytes, properties: PublishProperties): void {
  const { payloadIsText, messageExpirySec, contentType, responseTopic } = properties;
  if (payloadIsText !== undefined) to.byte(PROPERTY.payloadFormat).byte(payloadIsText ? 1 : 0);
  if (messageExpirySec !== undefined) to.byte(PROPERTY.messageExpiry).uint32(messageExpirySec);
  if (contentType !== undefined) to.byte(PROPERTY.contentType).text(contentType);
  if (responseTopic !== undefined) to.byte(PROPERTY.responseTopic).text(responseTopic);
  if (properties.correlationData !== undefined) {
    to.byte(PROPERTY.correlationData).binary(properties.correlationData);
  }
  appendUserProperties(to, properties.userProperties ?? []);
}

export function appendUserProperties(
  to: Bytes,
  pairs: readonly (readonly [name: string, value: string])[],
): void {
  for (const [name, value] of pairs) to.byte(PROPERTY.userProperty).text(name).text(value);
}

/** The properties of the PUBLISH whose checked list starts at `at`. */
export function readPublishProperties(bytes: Buffer, at: number, end: number): PublishProperties {
  const found: { -readonly [K in keyof PublishProperties]: PublishProperties[K] } = {};
  const userProperties: [string, string][] = [];
  const subscriptionIds: number[] = [];
  walkProperties(bytes, at, end, PLACE.publish, (property, from, to) => {
    switch (property) {
      case PROPERTY.payloadFormat:
        found.payloadIsText = bytes[from] === 1;
        break;
      case PROPERTY.messageExpiry:
        found.messageExpirySec = bytes.readUInt32BE(from);
        break;
      case PROPERTY.contentType:
        found.contentType = textAt(bytes, from);
        break;
      case PROPERTY.responseTopic:
        found.responseTopic = textAt(bytes, from);
        break;
      case PROPERTY.correlationData:
        found.correlationData = Buffer.from(bytes.subarray(from + 2, to));
        break;
      case PROPERTY.userProperty: {
        const value = from + 2 + bytes.readUInt16BE(from);
        userProperties.push([textAt(bytes, from), textAt(bytes, value)]);
        break;
      }
      case PROPERTY.subscriptionId:
        subscriptionIds.push(variableValue(bytes, from, variableBytes(bytes, from, to)));
        break;
      default:
    }
  });
  if (userProperties.length > 0) found.userProperties = userProperties;
  if (subscriptionIds.length > 0) found.subscriptionIds = subscriptionIds;
  return found;
}

/** The topic alias in the checked list at `at`, or -1 if it has none. */
export function readTopicAlias(bytes: Buffer, at: number, end: number): number {
  let alias = -1;
  walkProperties(bytes, at, end, PLACE.publish, (property, from) => {
    if (property === PROPERTY.topicAlias) alias = bytes.readUInt16BE(from);
  });
  return alias;
}
