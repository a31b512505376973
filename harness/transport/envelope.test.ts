import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  carriesEnvelope,
  type Envelope,
  ENVELOPE_BYTES,
  prepareEnvelope,
  readEnvelope,
  stampEnvelope,
} from "./envelope.ts";

const blank = (): Envelope => ({
  run: 0,
  step: 0,
  slot: 0,
  stream: 0,
  sequence: 0,
  intendedAtMs: 0,
});

describe("an envelope", () => {
  test("comes back as it was written, at any place of a buffer", () => {
    const fields = fc.record({
      run: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      step: fc.integer({ min: 0, max: 2 ** 24 - 1 }),
      slot: fc.integer({ min: 0, max: 2 ** 30 - 1 }),
      stream: fc.integer({ min: 0, max: 2 ** 24 - 1 }),
      sequence: fc.integer({ min: 0, max: 2 ** 30 - 1 }),
      intendedAtMs: fc.integer({ min: 0, max: 2 ** 47 }).map((us) => us / 1000),
    });
    fc.assert(
      fc.property(fields, fc.nat(20), fc.nat(100), (written, at, spare) => {
        const size = ENVELOPE_BYTES + spare;
        const buffer = new Uint8Array(at + size);
        const payload = buffer.subarray(at);
        prepareEnvelope(payload, written.run, written.stream);
        stampEnvelope(payload, written.step, written.slot, written.sequence, written.intendedAtMs);
        const read = blank();
        expect(readEnvelope(buffer, at, at + size, read)).toBe(true);
        expect(read).toEqual(written);
      }),
    );
  });

  test("is printable text, because the platform stores payloads as text", () => {
    const payload = new Uint8Array(64);
    prepareEnvelope(payload, 4_000_000_000, 9);
    stampEnvelope(payload, 1, 2, 3, 4);
    expect(Buffer.from(payload).toString("latin1")).toMatch(/^LS1[-\w]+\.+$/);
  });

  test("is refused when cut short, foreign or damaged", () => {
    const payload = new Uint8Array(64);
    prepareEnvelope(payload, 1, 1);
    stampEnvelope(payload, 1, 1, 1, 1);
    expect(readEnvelope(payload, 0, ENVELOPE_BYTES - 1, blank())).toBe(false);
    expect(readEnvelope(new Uint8Array(64), 0, 64, blank())).toBe(false);
    for (let at = 0; at < ENVELOPE_BYTES; at++) {
      for (const foreign of [0x20, 0x00, 0xff]) {
        const damaged = Uint8Array.from(payload);
        damaged[at] = foreign;
        expect(readEnvelope(damaged, 0, 64, blank())).toBe(false);
      }
    }
  });
});

describe("where only a share of the messages carries an envelope", () => {
  test("each stream does so once in that many", () => {
    const streams = fc.nat(100_000);
    fc.assert(
      fc.property(
        streams,
        fc.nat(1000),
        fc.integer({ min: 1, max: 400 }),
        (stream, from, every) => {
          const carried = Array.from({ length: every }, (_, at) =>
            carriesEnvelope(stream, from + at, every),
          );
          expect(carried.filter(Boolean)).toHaveLength(1);
        },
      ),
    );
  });

  test("few messages of many streams hold the share too", () => {
    for (const every of [7, 60, 340]) {
      let carried = 0;
      for (let stream = 0; stream < 1000; stream++) {
        for (let sequence = 0; sequence < 4; sequence++) {
          if (carriesEnvelope(stream, sequence, every)) carried++;
        }
      }
      expect(Math.abs(carried - 4000 / every)).toBeLessThan(3);
    }
  });
});
