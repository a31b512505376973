import type { ParseFailure } from "./framing.ts";
import { GREETING } from "./malformed-corpus.ts";
import { type PacketHandler, PacketParser } from "./parse.ts";

export const MAX_PACKET_BYTES = 100_000;

/** Copies everything it is handed, as the buffers are only lent. */
export class Recorder implements PacketHandler {
  readonly events: unknown[] = [];
  onConnack(sessionPresent: boolean, code: number, limits: unknown): void {
    this.events.push({ cmd: "connack", sessionPresent, code, limits });
  }
  onPublish(
    topic: string,
    buf: Buffer,
    start: number,
    end: number,
    id: number,
    first: number,
  ): void {
    const payload = buf.toString("hex", start, end);
    this.events.push({ cmd: "publish", topic, payload, id, first });
  }
  onAck(type: number, id: number, code: number): void {
    this.events.push({ cmd: "ack", type, id, code });
  }
  onSubscribed(type: number, id: number, buffer: Buffer, start: number, end: number): void {
    this.events.push({ cmd: "subscribed", type, id, codes: [...buffer.subarray(start, end)] });
  }
  onPingresp(): void {
    this.events.push({ cmd: "pingresp" });
  }
  onDisconnect(code: number, explanation: string | undefined): void {
    this.events.push({ cmd: "disconnect", code, explanation });
  }
}

export interface Reading {
  readonly events: readonly unknown[];
  readonly failure: ParseFailure | undefined;
}

/** Reads `bytes` in chunks of the given sizes (the last repeats), each overwritten after use. */
export function read(
  bytes: Buffer,
  protocol: 4 | 5,
  sizes: readonly number[] = [bytes.length],
): Reading {
  const recorder = new Recorder();
  const parser = new PacketParser(recorder, protocol, MAX_PACKET_BYTES);
  let failure: ParseFailure | undefined;
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = Math.max(1, sizes[Math.min(i, sizes.length - 1)] ?? 1);
    const chunk = Buffer.concat([Buffer.alloc(3, 0xaa), bytes.subarray(at, at + size)]);
    failure = parser.push(chunk, 3, chunk.length);
    chunk.fill(0x55);
    at += size;
  }
  return { events: recorder.events, failure };
}

export function greeted(protocol: 4 | 5, hex: string): Buffer {
  return fromHex(`${GREETING[protocol]} ${hex}`);
}

export function fromHex(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(" ", ""), "hex");
}
