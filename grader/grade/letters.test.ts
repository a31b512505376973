import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LETTERS } from "../contracts/report.ts";
import { ceilingOf, letterOf, settleLetter, worse } from "./letters.ts";

test.each([
  [0, "F"],
  [29.9, "F"],
  [30, "E"],
  [99.9, "E"],
  [100, "D"],
  [300, "C"],
  [1000, "B"],
  [2999.9, "B"],
  [3000, "A"],
  [10_000, "S"],
  [1e9, "S"],
])("%d Units earn %s", (units, letter) => {
  expect(letterOf(units)).toBe(letter);
});

test("a letter's ceiling is the floor of the next better one", () => {
  expect(ceilingOf("B")).toBe(3000);
  expect(ceilingOf("S")).toBe(Number.POSITIVE_INFINITY);
});

test("more Units never earn a worse letter", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1e6, noNaN: true }),
      fc.double({ min: 1, max: 10, noNaN: true }),
      (n, k) => {
        expect(worse(letterOf(n), letterOf(n * k))).toBe(letterOf(n));
      },
    ),
  );
});

describe("a re-grading", () => {
  test.each([
    {
      what: "stays while the interval touches the old band",
      from: "B",
      evidence: [900, 950, 880, 1020],
      to: "B",
    },
    {
      what: "goes down once the interval lies below it",
      from: "B",
      evidence: [900, 930, 880, 990],
      to: "C",
    },
    {
      what: "goes down by two when the evidence does",
      from: "A",
      evidence: [900, 930, 880, 990],
      to: "C",
    },
    {
      what: "stays just above a threshold",
      from: "B",
      evidence: [3100, 3300, 3050, 3550],
      to: "B",
    },
    {
      what: "goes up once the lower arm clears it too",
      from: "B",
      evidence: [3400, 3550, 3300, 3800],
      to: "A",
    },
    {
      what: "never goes down without an upper end",
      from: "A",
      evidence: [900, 900, 900, null],
      to: "A",
    },
    {
      what: "with nothing held before takes what it finds",
      from: undefined,
      evidence: [900, 950, 880, 1020],
      to: "C",
    },
  ] as const)("$what", ({ from, evidence: [units, value, low, high], to }) => {
    expect(settleLetter({ units, value, low, high }, from)).toBe(to);
  });

  // Acceptance test 16 of the grading method: at most 0.7 % at SD 5 %.
  test("of an unchanged target changes its letter in at most 0.7 % of cases", () => {
    const random = seededRandom(16);
    const sd = 0.05;
    const draws = 100_000;
    const grading = (lnCapacity: number) => {
      const value = Math.exp(lnCapacity + sd * gaussian(random));
      return {
        value,
        units: value * Math.exp(-1.645 * sd),
        low: value * Math.exp(-1.96 * sd),
        high: value * Math.exp(1.96 * sd),
      };
    };
    let flips = 0;
    for (let i = 0; i < draws; i++) {
      const lnCapacity = Math.log(100) + random() * Math.log(100);
      const first = settleLetter(grading(lnCapacity), undefined);
      if (settleLetter(grading(lnCapacity), first) !== first) flips++;
    }
    expect(flips / draws).toBeLessThanOrEqual(0.007);
  });

  test("of a target that halved moves the letter down", () => {
    for (const letter of LETTERS.slice(0, -1)) {
      const units = (ceilingOf(letter) === Infinity ? 10_000 : ceilingOf(letter) / 3) * 0.5;
      const evidence = { units, value: units * 1.05, low: units * 0.98, high: units * 1.12 };
      expect(settleLetter(evidence, letter)).not.toBe(letter);
    }
  });
});

/** Mulberry32. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Box–Muller. */
function gaussian(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
