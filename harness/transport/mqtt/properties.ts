import { isUtf8 } from "node:buffer";

/** Which packet a property list stands in; one bit each. */
export const PLACE = { connack: 1, publish: 2, answer: 4, disconnect: 8 } as const;
export type Place = (typeof PLACE)[keyof typeof PLACE];

/** Property identifiers of MQTT 5 §2.2.2.2. */
export const PROPERTY = {
  payloadFormat: 1,
  messageExpiry: 2,
  contentType: 3,
  responseTopic: 8,
  correlationData: 9,
  subscriptionId: 11,
  sessionExpiry: 17,
  assignedClientId: 18,
  serverKeepAlive: 19,
  authenticationMethod: 21,
  authenticationData: 22,
  willDelay: 24,
  responseInformation: 26,
  serverReference: 28,
  reasonString: 31,
  receiveMaximum: 33,
  topicAliasMaximum: 34,
  topicAlias: 35,
  maximumQos: 36,
  retainAvailable: 37,
  userProperty: 38,
  maximumPacketSize: 39,
  wildcardsAvailable: 40,
  subscriptionIdsAvailable: 41,
  sharedAvailable: 42,
} as const;

/** How a value is written; FLAG is a byte that may be 0 or 1. */
const KIND = {
  flag: 1,
  uint16: 2,
  uint32: 3,
  id: 4,
  binary: 5,
  text: 6,
  pair: 7,
  topic: 8,
} as const;

interface PropertyRule {
  readonly kind: number;
  readonly places: number;
  readonly repeatable?: true;
}

const { flag, uint16, uint32, id, binary, text, pair, topic } = KIND;
const { connack, publish, answer, disconnect } = PLACE;

/** Every property a broker may send us; the index is its id. */
const RULES: readonly (PropertyRule | undefined)[] = ruleTable([
  [PROPERTY.payloadFormat, { kind: flag, places: publish }],
  [PROPERTY.messageExpiry, { kind: uint32, places: publish }],
  [PROPERTY.contentType, { kind: text, places: publish }],
  [PROPERTY.responseTopic, { kind: topic, places: publish }],
  [PROPERTY.correlationData, { kind: binary, places: publish }],
  [PROPERTY.subscriptionId, { kind: id, places: publish, repeatable: true }],
  [PROPERTY.sessionExpiry, { kind: uint32, places: connack }],
  [PROPERTY.assignedClientId, { kind: text, places: connack }],
  [PROPERTY.serverKeepAlive, { kind: uint16, places: connack }],
  [PROPERTY.authenticationMethod, { kind: text, places: connack }],
  [PROPERTY.authenticationData, { kind: binary, places: connack }],
  [PROPERTY.responseInformation, { kind: text, places: connack }],
  [PROPERTY.serverReference, { kind: text, places: connack | disconnect }],
  [PROPERTY.reasonString, { kind: text, places: connack | answer | disconnect }],
  [PROPERTY.receiveMaximum, { kind: uint16, places: connack }],
  [PROPERTY.topicAliasMaximum, { kind: uint16, places: connack }],
  [PROPERTY.topicAlias, { kind: uint16, places: publish }],
  [PROPERTY.maximumQos, { kind: flag, places: connack }],
  [PROPERTY.retainAvailable, { kind: flag, places: connack }],
  [
    PROPERTY.userProperty,
    { kind: pair, places: connack | publish | answer | disconnect, repeatable: true },
  ],
  [PROPERTY.maximumPacketSize, { kind: uint32, places: connack }],
  [PROPERTY.wildcardsAvailable, { kind: flag, places: connack }],
  [PROPERTY.subscriptionIdsAvailable, { kind: flag, places: connack }],
  [PROPERTY.sharedAvailable, { kind: flag, places: connack }],
]);

function ruleTable(rules: readonly [number, PropertyRule][]): (PropertyRule | undefined)[] {
  const table: (PropertyRule | undefined)[] = [];
  for (const [property, rule] of rules) table[property] = rule;
  return table;
}

/** Receives each property of a list: its id, and where its value lies. */
export type PropertyVisitor = (property: number, at: number, end: number) => void;

/**
 * Where the property list that starts at `at` ends, or -1 if it breaks a rule. Values are checked
 * too, but for what only their packet can tell.
 */
export function walkProperties(
  bytes: Buffer,
  at: number,
  limit: number,
  place: Place,
  visit?: PropertyVisitor,
): number {
  if (at >= limit) return -1;
  // Nearly every packet has none; the list is then one zero byte.
  if (bytes[at] === 0) return at + 1;
  const lengthBytes = variableBytes(bytes, at, limit);
  const start = at + lengthBytes;
  const end = start + variableValue(bytes, at, lengthBytes);
  if (lengthBytes === 0 || end > limit) return -1;
  return eachProperty(bytes, start, end, place, visit) ? end : -1;
}

function eachProperty(
  bytes: Buffer,
  start: number,
  end: number,
  place: Place,
  visit: PropertyVisitor | undefined,
): boolean {
  let seenLow = 0;
  let seenHigh = 0;
  for (let at = start; at < end; ) {
    const property = bytes[at] ?? 0;
    const rule = RULES[property];
    if (rule === undefined || (rule.places & place) === 0) return false;
    const bit = 1 << (property & 31);
    const seen = property < 32 ? seenLow : seenHigh;
    if (rule.repeatable === undefined && (seen & bit) !== 0) return false;
    if (property < 32) seenLow |= bit;
    else seenHigh |= bit;
    const width = valueBytes(bytes, at + 1, end, rule.kind);
    if (width <= 0) return false;
    visit?.(property, at + 1, at + 1 + width);
    at += 1 + width;
  }
  return true;
}

/** Bytes the value at `at` takes, 0 if it does not fit or is none of its kind. */
function valueBytes(bytes: Buffer, at: number, end: number, kind: number): number {
  switch (kind) {
    case KIND.flag:
      return at < end && (bytes[at] ?? 0) <= 1 ? 1 : 0;
    case KIND.uint16:
      return at + 2 <= end ? 2 : 0;
    case KIND.uint32:
      return at + 4 <= end ? 4 : 0;
    case KIND.id: {
      const width = variableBytes(bytes, at, end);
      return variableValue(bytes, at, width) === 0 ? 0 : width;
    }
    case KIND.pair: {
      const name = textBytes(bytes, at, end);
      const value = name === 0 ? 0 : textBytes(bytes, at + name, end);
      return value === 0 ? 0 : name + value;
    }
    case KIND.text:
      return textBytes(bytes, at, end);
    case KIND.topic: {
      const width = textBytes(bytes, at, end);
      const name = bytes.subarray(at + 2, at + width);
      return name.includes("+") || name.includes("#") ? 0 : width;
    }
    default:
      return binaryBytes(bytes, at, end);
  }
}

function binaryBytes(bytes: Buffer, at: number, end: number): number {
  if (at + 2 > end) return 0;
  const width = 2 + bytes.readUInt16BE(at);
  return at + width > end ? 0 : width;
}

/** Text is UTF-8 without NUL (§1.5.4). */
function textBytes(bytes: Buffer, at: number, end: number): number {
  const width = binaryBytes(bytes, at, end);
  if (width === 0) return 0;
  const value = bytes.subarray(at + 2, at + width);
  return value.includes(0) || !isUtf8(value) ? 0 : width;
}

/** Bytes of the variable integer at `at`, 0 if it is cut off, too long or longer than needed. */
export function variableBytes(bytes: Buffer, at: number, end: number): number {
  for (let width = 1; width <= 4 && at + width <= end; width++) {
    const byte = bytes[at + width - 1] ?? 0;
    if (byte < 0x80) return byte === 0 && width > 1 ? 0 : width;
  }
  return 0;
}

export function variableValue(bytes: Buffer, at: number, width: number): number {
  let value = 0;
  for (let i = 0; i < width; i++) value += ((bytes[at + i] ?? 0) & 0x7f) << (7 * i);
  return value;
}

/** The text whose two bytes of length stand at `at`. */
export function textAt(bytes: Buffer, at: number): string {
  return bytes.toString("utf8", at + 2, at + 2 + bytes.readUInt16BE(at));
}
