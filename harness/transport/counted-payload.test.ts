import * as fc from "fast-check";
import { expect, test } from "vitest";
import { fillCounted, markOf, NO_MARK, readCounted } from "./counted-payload.ts";

const bytes = fc.integer({ min: 1, max: 34 });

test("a message without an envelope tells its step, at any place of a buffer, in printable text", () => {
  fc.assert(
    fc.property(bytes, fc.nat(2 ** 24), fc.nat(9), (size, step, at) => {
      const buffer = new Uint8Array(at + size);
      fillCounted(buffer.subarray(at), step);
      expect(readCounted(buffer, at, at + size)).toBe(markOf(step));
      expect(Buffer.from(buffer.subarray(at)).toString("latin1")).toMatch(/^[0-o]+$/);
    }),
  );
});

test("a damaged or foreign message tells nothing", () => {
  const payload = new Uint8Array(5);
  fillCounted(payload, 7);
  payload[3] = 0x20;
  expect(readCounted(payload, 0, 5)).toBe(NO_MARK);
  expect(readCounted(Buffer.from("~~~"), 0, 3)).toBe(NO_MARK);
  expect(readCounted(Buffer.from("21.5"), 0, 4)).toBe(NO_MARK);
});
