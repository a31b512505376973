import { expect, test } from "vitest";
import { LowWater } from "./low-water.ts";

test("the low water is the least of the last moments, and forgets older ones", () => {
  const water = new LowWater();
  expect(water.value).toBe(0);
  for (const [atMs, value] of [
    [0, 3],
    [10, 9],
    [60, 7],
    [80, 5],
  ] as const) {
    water.note(atMs, value);
  }
  expect(water.value).toBe(3);
  water.note(120, 8);
  expect(water.value).toBe(5);
  water.note(180, 8);
  expect(water.value).toBe(8);
});
