import * as fc from "fast-check";
import { expect, test } from "vitest";
import { indexOf, loadAt, loadRange } from "./log-grid.ts";

test("a grid point comes back from its load", () => {
  for (let index = -400; index <= 1500; index++) expect(indexOf(loadAt(index))).toBe(index);
});

test("snapped loads lie in the range, on the grid or at its ceiling", () => {
  const anyLoad = fc.double({ min: 0.01, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(anyLoad, anyLoad, anyLoad, (a, b, wanted) => {
      const range = loadRange(Math.min(a, b), Math.max(a, b));
      for (const load of [range.snap(wanted), range.snapDown(wanted), range.floor]) {
        expect(load).toBeLessThanOrEqual(range.max);
        expect(load).toBeGreaterThanOrEqual(Math.min(a, b) * (1 - 1e-9));
        expect([range.max, loadAt(indexOf(load))]).toContain(load);
      }
    }),
  );
});

test("rounding down never goes up, but for the floor", () => {
  const range = loadRange(10, 1000);
  for (let load = 10.2; load < 1000; load *= 1.003) {
    expect(range.snapDown(load)).toBeLessThanOrEqual(load * (1 + 1e-9));
  }
  expect(range.snapDown(1)).toBe(range.floor);
});
