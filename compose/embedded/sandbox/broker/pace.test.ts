import { expect, test } from "vitest";
import { createPace } from "./pace.ts";

test("lets a second's worth through at once, then keeps the rate", () => {
  const pace = createPace(20);
  const waits = Array.from({ length: 60 }, () => pace(1000));
  expect(waits.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 0));
  expect(waits[20]).toBeCloseTo(50);
  expect(waits[59]).toBeCloseTo(2000);
});

test("a stream within the rate never waits", () => {
  const pace = createPace(30);
  const waits = Array.from({ length: 300 }, (_, at) => pace((at * 1000) / 30));
  expect(Math.max(...waits)).toBe(0);
});
