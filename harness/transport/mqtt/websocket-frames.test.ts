import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type FrameHandler, FrameReader } from "./websocket-frames.ts";
import { MALFORMED_FRAMES } from "./malformed-frames.ts";

class Recorder implements FrameHandler {
  private readonly parts: Buffer[] = [];
  readonly events: unknown[] = [];
  onData(buffer: Buffer, start: number, end: number): void {
    this.parts.push(Buffer.from(buffer.subarray(start, end)));
  }
  get data(): Buffer {
    return Buffer.concat(this.parts);
  }
  onPing(payload: Buffer): void {
    this.events.push({ ping: payload.toString("hex") });
  }
  onClose(code: number | undefined, text: string): void {
    this.events.push({ close: code, text });
  }
  onBreach(detail: string): void {
    this.events.push({ breach: detail });
  }
}

/** Reads `bytes` in chunks of the given sizes (the last repeats), each overwritten after use. */
function read(bytes: Buffer, sizes: readonly number[] = [bytes.length]): Recorder {
  const recorder = new Recorder();
  const reader = new FrameReader(recorder);
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = Math.max(1, sizes[Math.min(i, sizes.length - 1)] ?? 1);
    const chunk = Buffer.concat([Buffer.alloc(2, 0xaa), bytes.subarray(at, at + size)]);
    reader.push(chunk, 2, chunk.length);
    chunk.fill(0x55);
    at += size;
  }
  return recorder;
}

function frame(opcode: number, last: boolean, payload: Uint8Array): Buffer {
  const first = opcode | (last ? 0x80 : 0);
  const { length } = payload;
  if (length < 126) return Buffer.concat([Buffer.from([first, length]), payload]);
  if (length < 65_536) {
    return Buffer.concat([Buffer.from([first, 126, length >> 8, length & 0xff]), payload]);
  }
  const head = Buffer.alloc(10);
  head.set([first, 127]);
  head.writeUInt32BE(length, 6);
  return Buffer.concat([head, payload]);
}

const part = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.constantFrom(125, 126, 65_535, 65_536, 70_000).map((n) => new Uint8Array(n).fill(n)),
);
const message = fc.array(part, { minLength: 1, maxLength: 4 });
const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 10 });

test("messages come through whole, in however many frames and chunks, with pings between", () => {
  const messages = fc.array(message, { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(messages, fc.uint8Array({ maxLength: 125 }), sizes, (all, ping, chunkSizes) => {
      const wire: Buffer[] = [];
      for (const parts of all) {
        for (const [i, payload] of parts.entries()) {
          wire.push(frame(i === 0 ? 2 : 0, i === parts.length - 1, payload));
          wire.push(frame(9, true, ping), frame(10, true, ping));
        }
      }
      const recorder = read(Buffer.concat(wire), chunkSizes);
      expect(recorder.data.equals(Buffer.concat(all.flat()))).toBe(true);
      const hex = Buffer.from(ping).toString("hex");
      expect(recorder.events).toEqual(all.flat().map(() => ({ ping: hex })));
    }),
    { numRuns: 40 },
  );
});

test.each([
  ["88 00", { close: undefined, text: "" }],
  ["88 02 03e8", { close: 1000, text: "" }],
  ["88 05 03ea 627965", { close: 1002, text: "bye" }],
  ["88 02 0fa0", { close: 4000, text: "" }],
])("the close frame %s is told", (hex, event) => {
  expect(read(fromHex(hex)).events).toEqual([event]);
});

describe.each(MALFORMED_FRAMES)("$name", ({ bytes }) => {
  test.each([[[1000]], [[1]], [[3]]])("is a breach in chunks of %j", (chunkSizes) => {
    const { events } = read(fromHex(bytes), chunkSizes);
    expect(events).toEqual([{ breach: expect.stringMatching(/^WebSocket \w/) as unknown }]);
  });
});

test("any bytes are read the same way however they are cut", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), sizes, (noise, chunkSizes) => {
      const whole = read(Buffer.from(noise));
      const cut = read(Buffer.from(noise), chunkSizes);
      expect(cut.events).toEqual(whole.events);
      expect(cut.data).toEqual(whole.data);
    }),
    { numRuns: 3000 },
  );
});

function fromHex(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(" ", ""), "hex");
}
