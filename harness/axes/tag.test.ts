import * as fc from "fast-check";
import { expect, test } from "vitest";
import { slotOf, stepOf, tagOf } from "./tag.ts";

test("a tag gives back its step and its slot", () => {
  const step = fc.integer({ min: 0, max: 2 ** 22 });
  const slot = fc.integer({ min: 0, max: 2 ** 30 - 1 });
  fc.assert(
    fc.property(step, slot, (s, n) => {
      expect([stepOf(tagOf(s, n)), slotOf(tagOf(s, n))]).toEqual([s, n]);
    }),
  );
});

test("the tag of no slot belongs to no step", () => {
  expect(stepOf(-1)).toBe(-1);
});
