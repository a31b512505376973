import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { colourOf, type ColourState, nextColour, percentileOf, smoothed } from "./colour.ts";

const at = (percentile: number, referenceUnits = 5, population = 100) => ({
  percentile,
  referenceUnits,
  population,
});

const after = (hours: readonly number[]): ColourState | undefined =>
  hours.reduce<ColourState | undefined>(
    (state, percentile) => nextColour(state, at(percentile)),
    undefined,
  );

describe("a Unit's colour", () => {
  test.each([
    [at(49), "green"],
    [at(50), "yellow"],
    [at(80), "yellow"],
    [at(81), "red"],
    [at(99, 1), "green"],
    [at(0, 2, 19), "yellow"],
    [at(99, 1, 19), "green"],
    [at(0, 4, 19), "red"],
  ] as const)("without a past is by rank, or by size among few: %o", (standing, colour) => {
    expect(colourOf(standing)).toBe(colour);
  });

  test("changes in the third hour beyond the margin", () => {
    expect(after([40, 54, 54])?.colour).toBe("green");
    expect(after([40, 54, 54, 54])?.colour).toBe("yellow");
    expect(after([90, 10, 10, 10])?.colour).toBe("green");
  });

  test("counts anew after an hour back in its band", () => {
    expect(after([40, 54, 54, 52, 54, 54])?.colour).toBe("green");
  });

  test("does not flicker within three points of a bound", () => {
    const near = fc.array(fc.double({ min: 77.1, max: 82.9, noNaN: true }), { maxLength: 50 });
    fc.assert(
      fc.property(near, (hours) => {
        expect(after([70, ...hours])?.colour).toBe("yellow");
      }),
    );
  });

  test("goes by an average of about a day", () => {
    const day = Array.from({ length: 24 }, () => 1).reduce<number>(smoothed, 0);
    expect(day).toBeCloseTo(1 - Math.exp(-1));
    expect(smoothed(undefined, 3)).toBe(3);
  });

  test("ranks equals in their middle", () => {
    expect(percentileOf(2, [1, 2, 2, 3])).toBe(50);
    expect(percentileOf(9, [])).toBe(0);
  });
});
