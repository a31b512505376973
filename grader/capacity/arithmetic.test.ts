import { expect, test } from "vitest";
import { exp, ln, normalCdf } from "./arithmetic.ts";

test("the exponential agrees with the engine's to 1e-14", () => {
  for (let x = -30; x <= 30; x += 0.037) {
    expect(Math.abs(exp(x) / Math.exp(x) - 1)).toBeLessThan(1e-14);
  }
  expect(exp(0)).toBe(1);
  expect(exp(-1000)).toBe(0);
});

test("the logarithm agrees with the engine's to 1e-14", () => {
  for (let x = 1e-6; x < 1e7; x *= 1.37) {
    expect(Math.abs(ln(x) - Math.log(x))).toBeLessThan(1e-14 * Math.max(1, Math.abs(Math.log(x))));
  }
  expect(ln(1)).toBe(0);
});

test("the logarithm of nothing is refused", () => {
  for (const x of [0, -1, Number.NaN, Infinity]) expect(() => ln(x)).toThrow(RangeError);
});

test.each([
  // Φ from tables (Abramowitz & Stegun 26.2).
  [0, 0.5],
  [1, 0.841344746068543],
  [1.2815515655446004, 0.9],
  [-1.959963984540054, 0.025],
  [3, 0.99865010196837],
  [-5, 2.866515718791939e-7],
  [-8, 6.220960574271785e-16],
])("Φ(%d) is %d", (z, share) => {
  expect(Math.abs(normalCdf(z) / share - 1)).toBeLessThan(1e-8);
});
