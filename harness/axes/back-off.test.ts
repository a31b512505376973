import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BACK_OFF_NAMES, BACK_OFFS, backOffMs } from "./back-off.ts";

const waits = (name: keyof typeof BACK_OFFS, random: number) =>
  [1, 2, 3, 4, 8, 20].map((attempt) => backOffMs(BACK_OFFS[name], attempt, () => random));

describe("a back-off", () => {
  test.each([
    ["paho", [1000, 2000, 4000, 8000, 120_000, 120_000]],
    ["mqttjs", [1000, 1000, 1000, 1000, 1000, 1000]],
    ["micropython", [500, 1000, 2000, 2000, 2000, 2000]],
  ] as const)("of %s grows as that library's does", (name, expected) => {
    expect(waits(name, 0.9)).toEqual(expected);
  });

  test("never waits longer than its most, nor less than its share of the whole", () => {
    const policy = fc.constantFrom(...BACK_OFF_NAMES).map((name) => BACK_OFFS[name]);
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(policy, fc.integer({ min: 1, max: 2000 }), random, (one, attempt, drawn) => {
        const ms = backOffMs(one, attempt, () => drawn);
        expect(ms).toBeLessThanOrEqual(one.maxMs);
        expect(ms).toBeGreaterThanOrEqual(one.firstMs * (1 - one.jitter));
      }),
    );
  });

  test("of a device spreads those who fell together", () => {
    expect(backOffMs(BACK_OFFS.device, 1, () => 0)).toBe(1000);
    expect(backOffMs(BACK_OFFS.device, 1, () => 0.5)).toBe(750);
  });
});
