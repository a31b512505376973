/** A broker's bytes no client may accept, after a good CONNACK unless `bare`. */
export interface MalformedCase {
  readonly name: string;
  readonly protocol: 4 | 5;
  /** Hexadecimal, spaces for the reader. */
  readonly bytes: string;
  /** Sent instead of the greeting, not after it. */
  readonly bare?: true;
}

export const GREETING = { 4: "20 02 0000", 5: "20 03 0000 00" } as const;

export const MALFORMED: readonly MalformedCase[] = [
  { name: "reserved packet type 0", protocol: 4, bytes: "00 00" },
  { name: "packet type 15 in 3.1.1", protocol: 4, bytes: "f0 00" },
  { name: "AUTH nobody asked for", protocol: 5, bytes: "f0 00" },
  { name: "CONNECT from a broker", protocol: 4, bytes: "10 00" },
  { name: "SUBSCRIBE from a broker", protocol: 4, bytes: "82 00" },
  { name: "UNSUBSCRIBE from a broker", protocol: 4, bytes: "a2 00" },
  { name: "PINGREQ from a broker", protocol: 4, bytes: "c0 00" },
  { name: "an HTTP answer", protocol: 4, bytes: "48 54 54 50 2f 31", bare: true },
  { name: "a TLS alert", protocol: 4, bytes: "15 03 01 00 02 02 46", bare: true },

  { name: "PUBLISH before CONNACK", protocol: 4, bytes: "30 03 0001 61", bare: true },
  { name: "second CONNACK", protocol: 4, bytes: "20 02 0000" },
  { name: "CONNACK with flags in its first byte", protocol: 4, bytes: "21 02 0000", bare: true },
  { name: "CONNACK with reserved flags", protocol: 4, bytes: "20 02 0200", bare: true },
  { name: "CONNACK too short", protocol: 4, bytes: "20 01 00", bare: true },
  { name: "CONNACK empty", protocol: 4, bytes: "20 00", bare: true },
  { name: "3.1.1 CONNACK too long", protocol: 4, bytes: "20 03 0000 00", bare: true },
  { name: "MQTT 5 CONNACK without properties", protocol: 5, bytes: "20 02 0000", bare: true },
  { name: "CONNACK properties too long", protocol: 5, bytes: "20 03 0000 05", bare: true },
  { name: "CONNACK properties too short", protocol: 5, bytes: "20 05 0000 00 2101", bare: true },
  { name: "CONNACK receive maximum 0", protocol: 5, bytes: "20 06 0000 03 210000", bare: true },
  {
    name: "CONNACK receive maximum twice",
    protocol: 5,
    bytes: "20 09 0000 06 210001 210001",
    bare: true,
  },
  { name: "CONNACK maximum QoS 3", protocol: 5, bytes: "20 05 0000 02 2403", bare: true },
  { name: "CONNACK unknown property", protocol: 5, bytes: "20 05 0000 02 7f00", bare: true },
  { name: "CONNACK with a PUBLISH property", protocol: 5, bytes: "20 05 0000 02 0101", bare: true },
  {
    name: "CONNACK packet size 0",
    protocol: 5,
    bytes: "20 08 0000 05 2700000000",
    bare: true,
  },
  { name: "CONNACK property cut off", protocol: 5, bytes: "20 05 0000 02 2100", bare: true },

  { name: "PUBLISH with QoS 3", protocol: 4, bytes: "36 05 0001 61 0001" },
  { name: "PUBLISH with DUP at QoS 0", protocol: 4, bytes: "38 03 0001 61" },
  { name: "PUBLISH empty", protocol: 4, bytes: "30 00" },
  { name: "PUBLISH with half a topic length", protocol: 4, bytes: "30 01 00" },
  { name: "PUBLISH with an empty topic", protocol: 4, bytes: "30 02 0000" },
  { name: "PUBLISH topic longer than the packet", protocol: 4, bytes: "30 04 0005 6161" },
  { name: "PUBLISH topic with +", protocol: 4, bytes: "30 05 0003 612f2b" },
  { name: "PUBLISH topic with #", protocol: 4, bytes: "30 03 0001 23" },
  { name: "PUBLISH topic with NUL", protocol: 4, bytes: "30 04 0002 6100" },
  { name: "PUBLISH topic not UTF-8", protocol: 4, bytes: "30 04 0002 c328" },
  { name: "PUBLISH topic with a half surrogate", protocol: 4, bytes: "30 05 0003 eda080" },
  { name: "PUBLISH with packet id 0", protocol: 4, bytes: "32 05 0001 61 0000" },
  { name: "PUBLISH without its packet id", protocol: 4, bytes: "32 03 0001 61" },
  { name: "PUBLISH with half a packet id", protocol: 4, bytes: "32 04 0001 61 00" },
  { name: "PUBLISH without properties", protocol: 5, bytes: "30 03 0001 61" },
  { name: "PUBLISH properties too long", protocol: 5, bytes: "30 05 0001 61 09 01" },
  { name: "PUBLISH property length cut off", protocol: 5, bytes: "30 04 0001 61 80" },
  { name: "PUBLISH with an alias we never offered", protocol: 5, bytes: "30 06 0000 03 230001" },
  { name: "PUBLISH with a CONNACK property", protocol: 5, bytes: "30 07 0001 61 03 210001" },
  {
    name: "PUBLISH user property with half a value",
    protocol: 5,
    bytes: "30 0a 0001 61 06 26 0001 61 0005",
  },
  {
    name: "PUBLISH subscription id of five bytes",
    protocol: 5,
    bytes: "30 0a 0001 61 06 0b ffffffff 01",
  },

  { name: "PUBACK empty", protocol: 4, bytes: "40 00" },
  { name: "PUBACK with half a packet id", protocol: 4, bytes: "40 01 00" },
  { name: "PUBACK with packet id 0", protocol: 4, bytes: "40 02 0000" },
  { name: "PUBACK with a reason in 3.1.1", protocol: 4, bytes: "40 03 0001 00" },
  { name: "PUBACK with flags", protocol: 4, bytes: "41 02 0001" },
  { name: "PUBREC with packet id 0", protocol: 4, bytes: "50 02 0000" },
  { name: "PUBREL without its flags", protocol: 4, bytes: "60 02 0001" },
  { name: "PUBCOMP too long", protocol: 4, bytes: "70 04 0001 0000" },
  { name: "PUBACK properties cut off", protocol: 5, bytes: "40 05 0001 00 04 1f" },
  { name: "PUBACK with bytes after its properties", protocol: 5, bytes: "40 05 0001 00 00 ff" },

  { name: "SUBACK without codes", protocol: 4, bytes: "90 02 0001" },
  { name: "SUBACK with packet id 0", protocol: 4, bytes: "90 03 0000 00" },
  { name: "SUBACK with a reserved code", protocol: 4, bytes: "90 03 0001 03" },
  { name: "SUBACK empty", protocol: 4, bytes: "90 00" },
  { name: "MQTT 5 SUBACK without codes", protocol: 5, bytes: "90 03 0001 00" },
  { name: "MQTT 5 SUBACK without properties", protocol: 5, bytes: "90 02 0001" },
  { name: "3.1.1 UNSUBACK with a code", protocol: 4, bytes: "b0 03 0001 00" },
  { name: "MQTT 5 UNSUBACK without codes", protocol: 5, bytes: "b0 03 0001 00" },

  { name: "PINGRESP with a body", protocol: 4, bytes: "d0 01 00" },
  { name: "PINGRESP with flags", protocol: 4, bytes: "d1 00" },
  { name: "DISCONNECT in 3.1.1", protocol: 4, bytes: "e0 00" },
  { name: "DISCONNECT properties too long", protocol: 5, bytes: "e0 02 00 05" },
  { name: "DISCONNECT with session expiry", protocol: 5, bytes: "e0 07 00 05 1100000001" },

  { name: "remaining length of five bytes", protocol: 4, bytes: "30 ffffffff 01" },
  { name: "remaining length that never ends", protocol: 4, bytes: "30 8080808080808080" },
  { name: "a packet over the size limit", protocol: 4, bytes: "30 ffffff7f" },
];
