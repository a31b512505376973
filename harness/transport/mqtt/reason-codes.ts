import { PACKET } from "./protocol.ts";

const { connack, puback, pubrec, pubrel, pubcomp, suback, unsuback, disconnect } = PACKET;
const PUBLISHED = [puback, pubrec];
const RELEASED = [pubrel, pubcomp];
const ASKED = [suback, unsuback];

/** What a code means, and the packets a broker may say it in (MQTT 5 §2.4). */
const REASONS: readonly (readonly [code: number, words: string, packets: readonly number[]])[] = [
  [0x00, "success", [connack, ...PUBLISHED, ...RELEASED, ...ASKED, disconnect]],
  [0x01, "granted QoS 1", [suback]],
  [0x02, "granted QoS 2", [suback]],
  [0x10, "no matching subscribers", PUBLISHED],
  [0x11, "no subscription existed", [unsuback]],
  [0x80, "unspecified error", [connack, ...PUBLISHED, ...ASKED, disconnect]],
  [0x81, "malformed packet", [connack, disconnect]],
  [0x82, "protocol error", [connack, disconnect]],
  [0x83, "implementation specific error", [connack, ...PUBLISHED, ...ASKED, disconnect]],
  [0x84, "unsupported protocol version", [connack]],
  [0x85, "client identifier not valid", [connack]],
  [0x86, "bad user name or password", [connack]],
  [0x87, "not authorized", [connack, ...PUBLISHED, ...ASKED, disconnect]],
  [0x88, "server unavailable", [connack]],
  [0x89, "server busy", [connack, disconnect]],
  [0x8a, "banned", [connack]],
  [0x8b, "server shutting down", [disconnect]],
  [0x8c, "bad authentication method", [connack, disconnect]],
  [0x8d, "keep alive timeout", [disconnect]],
  [0x8e, "session taken over", [disconnect]],
  [0x8f, "topic filter invalid", [...ASKED, disconnect]],
  [0x90, "topic name invalid", [connack, ...PUBLISHED, disconnect]],
  [0x91, "packet identifier in use", [...PUBLISHED, ...ASKED]],
  [0x92, "packet identifier not found", RELEASED],
  [0x93, "receive maximum exceeded", [disconnect]],
  [0x94, "topic alias invalid", [disconnect]],
  [0x95, "packet too large", [connack, disconnect]],
  [0x96, "message rate too high", [disconnect]],
  [0x97, "quota exceeded", [connack, ...PUBLISHED, suback, disconnect]],
  [0x98, "administrative action", [disconnect]],
  [0x99, "payload format invalid", [connack, ...PUBLISHED, disconnect]],
  [0x9a, "retain not supported", [connack, disconnect]],
  [0x9b, "QoS not supported", [connack, disconnect]],
  [0x9c, "use another server", [connack, disconnect]],
  [0x9d, "server moved", [connack, disconnect]],
  [0x9e, "shared subscriptions not supported", [suback, disconnect]],
  [0x9f, "connection rate exceeded", [connack, disconnect]],
  [0xa0, "maximum connect time", [disconnect]],
  [0xa1, "subscription identifiers not supported", [suback, disconnect]],
  [0xa2, "wildcard subscriptions not supported", [suback, disconnect]],
];

/** Why a 3.1.1 broker refuses a connection (§3.2.2.3). */
const CONNACK_311: ReadonlyMap<number, string> = new Map([
  [1, "unacceptable protocol version"],
  [2, "identifier rejected"],
  [3, "server unavailable"],
  [4, "bad user name or password"],
  [5, "not authorized"],
]);

const WORDS = new Map(REASONS.map(([code, words]) => [code, words]));
const PACKETS_OF_CODE = packetsOfCode();

/** The code with its words: `0x87 (not authorized)`; small numbers in decimal. */
export function describeReason(code: number): string {
  const number = code < 0x80 ? `${code}` : `0x${code.toString(16)}`;
  const words = WORDS.get(code);
  return words === undefined ? number : `${number} (${words})`;
}

/** As `describeReason`, for a refused CONNECT, whose small codes are those of 3.1.1. */
export function describeRefusal(code: number): string {
  const words = CONNACK_311.get(code);
  return words === undefined ? describeReason(code) : `${code} (${words})`;
}

/** Whether a broker may give this reason in this packet of MQTT 5. */
export function isReasonOf(packet: number, code: number): boolean {
  return ((PACKETS_OF_CODE[code] ?? 0) & (1 << packet)) !== 0;
}

/** For each code one bit a packet type. */
function packetsOfCode(): Uint16Array {
  const packets = new Uint16Array(256);
  for (const [code, , types] of REASONS) {
    for (const type of types) packets[code] = (packets[code] ?? 0) | (1 << type);
  }
  return packets;
}
