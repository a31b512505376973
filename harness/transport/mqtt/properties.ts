/** Which packet a property list stands in; one bit each. */
export const PLACE = { connack: 1, publish: 2, answer: 4, disconnect: 8 } as const;
export type Place = (typeof PLACE)[keyof typeof PLACE];

/** What a client needs to know from CONNACK; absent properties have the standard's default. */
export interface BrokerLimits {
  readonly receiveMaximum: number;
  readonly maximumQos: number;
  readonly maximumPacketBytes: number;
  /** Replaces the keepalive the client asked for. */
  readonly serverKeepAliveSec: number | undefined;
  readonly assignedClientId: string | undefined;
}

export const DEFAULT_BROKER_LIMITS: BrokerLimits = {
  receiveMaximum: 65_535,
  maximumQos: 2,
  maximumPacketBytes: 268_435_460,
  serverKeepAliveSec: undefined,
  assignedClientId: undefined,
};

const BYTE = 1;
const UINT16 = 2;
const UINT32 = 3;
const VARIABLE = 4;
const BINARY = 5;
const PAIR = 6;

interface PropertyRule {
  readonly kind: number;
  readonly places: number;
  readonly repeatable?: true;
}

const EVERYWHERE = PLACE.connack | PLACE.publish | PLACE.answer | PLACE.disconnect;

/** Every property a broker may send us, MQTT 5 §2.2.2.2; its id is the index. */
const RULES: ReadonlyMap<number, PropertyRule> = new Map([
  [1, { kind: BYTE, places: PLACE.publish }],
  [2, { kind: UINT32, places: PLACE.publish }],
  [3, { kind: BINARY, places: PLACE.publish }],
  [8, { kind: BINARY, places: PLACE.publish }],
  [9, { kind: BINARY, places: PLACE.publish }],
  [11, { kind: VARIABLE, places: PLACE.publish, repeatable: true }],
  [17, { kind: UINT32, places: PLACE.connack }],
  [18, { kind: BINARY, places: PLACE.connack }],
  [19, { kind: UINT16, places: PLACE.connack }],
  [21, { kind: BINARY, places: PLACE.connack }],
  [22, { kind: BINARY, places: PLACE.connack }],
  [26, { kind: BINARY, places: PLACE.connack }],
  [28, { kind: BINARY, places: PLACE.connack | PLACE.disconnect }],
  [31, { kind: BINARY, places: PLACE.connack | PLACE.answer | PLACE.disconnect }],
  [33, { kind: UINT16, places: PLACE.connack }],
  [34, { kind: UINT16, places: PLACE.connack }],
  [35, { kind: UINT16, places: PLACE.publish }],
  [36, { kind: BYTE, places: PLACE.connack }],
  [37, { kind: BYTE, places: PLACE.connack }],
  [38, { kind: PAIR, places: EVERYWHERE, repeatable: true }],
  [39, { kind: UINT32, places: PLACE.connack }],
  [40, { kind: BYTE, places: PLACE.connack }],
  [41, { kind: BYTE, places: PLACE.connack }],
  [42, { kind: BYTE, places: PLACE.connack }],
] satisfies [number, PropertyRule][]);

/** Where the property list that starts at `at` ends, or -1 if it breaks a rule. */
export function skipProperties(bytes: Buffer, at: number, end: number, place: Place): number {
  if (at >= end) return -1;
  // Nearly every packet has none; the list is then one zero byte.
  if (bytes[at] === 0) return at + 1;
  return eachProperty(bytes, at, end, place, undefined);
}

/** The limits a CONNACK states, or undefined if its property list breaks a rule. */
export function readBrokerLimits(bytes: Buffer, at: number, end: number): BrokerLimits | undefined {
  const found = new Map<number, number>();
  if (eachProperty(bytes, at, end, PLACE.connack, found) !== end) return undefined;
  const limits = DEFAULT_BROKER_LIMITS;
  const receiveMaximum = numberAt(bytes, found.get(33), 2) ?? limits.receiveMaximum;
  const maximumPacketBytes = numberAt(bytes, found.get(39), 4) ?? limits.maximumPacketBytes;
  const maximumQos = numberAt(bytes, found.get(36), 1) ?? limits.maximumQos;
  if (receiveMaximum === 0 || maximumPacketBytes === 0 || maximumQos > 2) return undefined;
  return {
    receiveMaximum,
    maximumQos,
    maximumPacketBytes,
    serverKeepAliveSec: numberAt(bytes, found.get(19), 2),
    assignedClientId: textAt(bytes, found.get(18)),
  };
}

/** Walks one list; `found`, if given, receives where each property's value starts. */
function eachProperty(
  bytes: Buffer,
  start: number,
  limit: number,
  place: Place,
  found: Map<number, number> | undefined,
): number {
  const lengthBytes = variableBytes(bytes, start, limit);
  if (lengthBytes === 0) return -1;
  let at = start + lengthBytes;
  const end = at + variableValue(bytes, start, lengthBytes);
  if (end > limit) return -1;
  const seen = new Set<number>();
  while (at < end) {
    const id = bytes[at] ?? 0;
    const rule = RULES.get(id);
    if (rule === undefined || (rule.places & place) === 0) return -1;
    if (rule.repeatable === undefined && seen.has(id)) return -1;
    seen.add(id);
    at += 1;
    found?.set(id, at);
    const width = valueBytes(bytes, at, end, rule.kind);
    if (width === 0 || at + width > end) return -1;
    at += width;
  }
  return end;
}

/** Bytes the value at `at` takes, 0 if it does not fit. */
function valueBytes(bytes: Buffer, at: number, end: number, kind: number): number {
  switch (kind) {
    case BYTE:
      return 1;
    case UINT16:
      return 2;
    case UINT32:
      return 4;
    case VARIABLE:
      return variableBytes(bytes, at, end);
    case PAIR: {
      const first = binaryBytes(bytes, at, end);
      const second = first === 0 ? 0 : binaryBytes(bytes, at + first, end);
      return second === 0 ? 0 : first + second;
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

/** Bytes of the variable integer at `at`, 0 if it is cut off or longer than four. */
function variableBytes(bytes: Buffer, at: number, end: number): number {
  for (let width = 1; width <= 4 && at + width <= end; width++) {
    if ((bytes[at + width - 1] ?? 0) < 0x80) return width;
  }
  return 0;
}

function variableValue(bytes: Buffer, at: number, width: number): number {
  let value = 0;
  for (let i = 0; i < width; i++) value += ((bytes[at + i] ?? 0) & 0x7f) << (7 * i);
  return value;
}

function numberAt(bytes: Buffer, at: number | undefined, width: number): number | undefined {
  return at === undefined ? undefined : bytes.readUIntBE(at, width);
}

function textAt(bytes: Buffer, at: number | undefined): string | undefined {
  if (at === undefined) return undefined;
  return bytes.toString("utf8", at + 2, at + 2 + bytes.readUInt16BE(at));
}
