/** A server's bytes after the upgrade that no WebSocket client may accept (RFC 6455 §5). */
export interface MalformedFrame {
  readonly name: string;
  /** Hexadecimal, spaces for the reader. */
  readonly bytes: string;
}

export const MALFORMED_FRAMES: readonly MalformedFrame[] = [
  { name: "frame with the first reserved bit", bytes: "c2 01 00" },
  { name: "frame with the second reserved bit", bytes: "a2 01 00" },
  { name: "frame with the third reserved bit", bytes: "92 01 00" },
  { name: "reserved data kind 3", bytes: "83 01 00" },
  { name: "reserved data kind 7", bytes: "87 01 00" },
  { name: "reserved control kind 11", bytes: "8b 00" },
  { name: "reserved control kind 15", bytes: "8f 00" },
  { name: "text where MQTT allows only binary", bytes: "81 01 61" },
  { name: "text message begun in parts", bytes: "01 01 61" },
  { name: "masked frame", bytes: "82 81 00000000 61" },
  { name: "masked ping", bytes: "89 80 00000000" },
  { name: "ping in parts", bytes: "09 00" },
  { name: "close in parts", bytes: "08 00" },
  { name: "ping of 126 bytes", bytes: "89 7e 007e" },
  { name: "close with a long length", bytes: "88 7f 0000000000000001" },
  { name: "continuation of nothing", bytes: "80 01 00" },
  { name: "continuation after a whole message", bytes: "82 00 80 00" },
  { name: "message within a message", bytes: "02 00 82 00" },
  { name: "two bytes of length for 125", bytes: "82 7e 007d" },
  { name: "eight bytes of length for 65535", bytes: "82 7f 000000000000ffff" },
  { name: "length with the highest bit", bytes: "82 7f 8000000000000000" },
  { name: "close with half a code", bytes: "88 01 03" },
  { name: "close with code 0", bytes: "88 02 0000" },
  { name: "close with code 999", bytes: "88 02 03e7" },
  { name: "close with the reserved code 1004", bytes: "88 02 03ec" },
  { name: "close with code 1005, never sent", bytes: "88 02 03ed" },
  { name: "close with code 1006, never sent", bytes: "88 02 03ee" },
  { name: "close with code 1015, never sent", bytes: "88 02 03f7" },
  { name: "close with code 5000", bytes: "88 02 1388" },
];
