import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normals, type Random, sfc32 } from "../capacity/sim/random.ts";
import { AXIS_IDS } from "../contracts/axis.ts";
import { largestCount, likelyFill, powerOf, safeFill } from "./fits.ts";
import { demandBound, PLATFORM_SIGMA, repoMean, risesFrom } from "./repo.ts";
import type { AxisShares } from "./vector.ts";

/**
 * Ports of the simulations behind grading.md §5.3. A system has a stage of its own for each axis
 * and four resources that axes share; costs add up linearly, so capacity along any ray is exact.
 */

const shares = (values: readonly number[]): AxisShares =>
  Object.fromEntries(AXIS_IDS.map((axis, i) => [axis, values[i] ?? 0]));

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);

interface SharedSystem {
  /** What each axis holds alone. */
  readonly alone: readonly number[];
  /** How often a load may be multiplied until a resource is full. */
  readonly room: (load: readonly number[]) => number;
}

function sharedSystem(random: Random): SharedSystem {
  const own = AXIS_IDS.map((_, i) => AXIS_IDS.map((__, j) => (i === j ? 1 : 0)));
  const shared = [0, 1, 2, 3].map(() =>
    AXIS_IDS.map(() => random() ** 2 * 1.2 * (random() < 0.6 ? 1 : 0)),
  );
  const resources = [...own, ...shared];
  const alone = AXIS_IDS.map((_, j) => 1 / Math.max(...resources.map((row) => row[j] ?? 0)));
  const room = (load: readonly number[]) =>
    1 / Math.max(...resources.map((row) => sum(row.map((cost, j) => cost * (load[j] ?? 0)))));
  return { alone, room };
}

/** A load as shares, and how far the system takes it. */
function ray(system: SharedSystem, load: readonly number[]) {
  return { x: load.map((one, j) => one / (system.alone[j] ?? 1)), room: system.room(load) };
}

/** Logarithms of promised ÷ true room for random Repo mixes. */
function promises(fill: typeof safeFill, systems: number): number[] {
  const random = sfc32(5);
  const normal = normals(random);
  return Array.from({ length: systems }, () => {
    const system = sharedSystem(random);
    const joint = ray(
      system,
      system.alone.map((one) => one * Math.exp(0.4 * normal())),
    );
    const mix = ray(
      system,
      system.alone.map((one) => one * random() ** 2),
    );
    const held = shares(joint.x.map((one) => one * joint.room));
    return Math.log(1 / fill(shares(mix.x), held) / mix.room);
  });
}

const overPromising = (logs: readonly number[]): number =>
  logs.filter((log) => log > 0.05).length / logs.length;

const meanPercent = (logs: readonly number[]): number =>
  100 * (Math.exp(sum(logs) / logs.length) - 1);

describe("what fits beside each other", () => {
  test("is never over-promised by the hull in random shared-resource systems", () => {
    const logs = promises(safeFill, 4000);
    expect(overPromising(logs)).toBe(0);
    expect(Math.max(...logs)).toBeLessThan(1e-9);
    expect(meanPercent(logs)).toBeGreaterThan(-36);
    expect(meanPercent(logs)).toBeLessThan(-24);
  });

  test("is about right on average by the norm fitted on the joint run", () => {
    const logs = promises(likelyFill, 1500);
    expect(Math.abs(meanPercent(logs))).toBeLessThan(7);
    expect(overPromising(logs)).toBeLessThan(0.28);
  });

  test("is promised too little by adding axes up, and too much by the worst axis", () => {
    const additive = promises((x) => safeFill(x, undefined), 1500);
    const worst = promises((x) => Math.max(...Object.values(x)), 1500);
    expect(meanPercent(additive)).toBeLessThan(-40);
    expect(overPromising(worst)).toBeGreaterThan(0.4);
  });

  const share = fc.double({ min: 0, max: 3, noNaN: true });
  const five = fc.array(share, { minLength: 5, maxLength: 5 });

  test("safe is the smallest over all weights of the joint run, by brute force", () => {
    fc.assert(
      fc.property(five, five, (x, ref) => {
        fc.pre(sum(ref) >= 1);
        const weights = Array.from({ length: 2001 }, (_, i) => (i * sum(x)) / 2000);
        const brute = Math.min(
          ...weights.map((w) => w + sum(x.map((one, j) => Math.max(0, one - w * (ref[j] ?? 0))))),
        );
        const found = safeFill(shares(x), shares(ref));
        expect(found).toBeLessThanOrEqual(brute + 1e-9);
        expect(found).toBeGreaterThanOrEqual(brute - sum(x) * 0.02 - 1e-9);
      }),
    );
  });

  test("the joint run itself is exactly full, by both rules", () => {
    const joint = shares([0.4, 0.5, 0.6, 0.3, 0.7]);
    expect(safeFill(joint, joint)).toBeCloseTo(1, 9);
    expect(likelyFill(joint, joint)).toBeCloseTo(1, 6);
    expect(powerOf(joint)).toBeGreaterThan(1);
  });

  test("a joint run below the sum of its axes takes from all of them", () => {
    const joint = shares([0.1, 0.1, 0.1, 0.1, 0.1]);
    expect(safeFill(joint, joint)).toBeCloseTo(1, 9);
    expect(safeFill(shares([0.5, 0, 0, 0, 0]), joint)).toBeCloseTo(1, 9);
  });

  test("an axis that holds nothing fits nothing", () => {
    expect(safeFill({ store: Infinity }, { store: 1 })).toBe(Infinity);
    expect(likelyFill({ store: Infinity, relay: 0.1 }, undefined)).toBe(Infinity);
  });
});

describe("the largest count", () => {
  test("is found for any bound that rises", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 9_999_999 }),
        fc.integer({ min: 1, max: 900 }),
        (n, from) => {
          expect(largestCount((count) => count <= n, from)).toBe(n);
        },
      ),
    );
  });

  test("ends where nobody asks any more", () => {
    expect(largestCount(() => true, 1)).toBe(10_000_000);
  });
});

/** Share of the tries in which the true sum of the Units let in passes the room. */
function overflow(sigma: number, seen: number, tries: number): number {
  const normal = normals(sfc32(6));
  const draw = () => Math.exp(sigma * normal() - sigma ** 2 / 2);
  const room = 300;
  let over = 0;
  for (let i = 0; i < tries; i++) {
    const loads = Array.from({ length: seen }, draw);
    const found = repoMean(loads, { mean: 1, sigma: PLATFORM_SIGMA });
    const count = largestCount((q) => demandBound(found, q) <= room, risesFrom(found));
    if (sum(Array.from({ length: count }, draw)) > room) over += 1;
  }
  return over / tries;
}

describe("how many more fit", () => {
  test.each([
    [0.5, 3],
    [0.5, 10],
    [0.5, 50],
    [1, 3],
    [1, 10],
    [1, 50],
    [1, 200],
  ])("overflows in at most 7 %% of the cases: spread %d, %d Units seen", (sigma, seen) => {
    expect(overflow(sigma, seen, 2000)).toBeLessThanOrEqual(0.07);
  });

  test("overflows more often beyond spread 1, which is why a heavy tail is warned of", () => {
    expect(overflow(1.5, 10, 1000)).toBeGreaterThan(0.07);
  });
});
