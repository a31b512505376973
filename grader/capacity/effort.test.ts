import { describe, expect, test } from "vitest";
import { enoughLoad, weakestFirst } from "./effort.ts";
import { grade, type Grading } from "./sim/grade.ts";
import { SCENARIOS, TRUE_C90 } from "./sim/scenarios.ts";

test("an axis is clear of the grade above the least upper end found so far", () => {
  expect(enoughLoad([{ high: 900 }, { high: 400 }], 0.1)).toBe(40);
});

test("without an upper end there is nothing to be clear of", () => {
  expect(enoughLoad([], 0.1)).toBeUndefined();
  expect(enoughLoad([{ high: null }], 0.1)).toBeUndefined();
});

test("where the grade hung last comes first, after what was never measured", () => {
  const axes = [
    { axis: "link", units: 10_000 },
    { axis: "relay", units: 800 },
    { axis: "store", units: undefined },
    { axis: "api", units: 2000 },
  ];
  expect(weakestFirst(axes)).toEqual(["store", "relay", "api", "link"]);
});

// Four axes whose true capacities in Units are 1 : 1.2 : 2 : 5, in this order and turned round.
const AXES = [
  { id: "B", share: 1 },
  { id: "A", share: 1.2 },
  { id: "I", share: 2 },
  { id: "J", share: 5 },
] as const;
type Axis = (typeof AXES)[number];
const perUnit = ({ id, share }: Axis): number => TRUE_C90[id] / (1000 * share);

interface Round {
  readonly sec: number;
  readonly unitsHeld: number;
}

/** One grading of all axes at a glance, each searched no further than what was found asks for. */
function round(axes: readonly Axis[], seed: number, spare: boolean): Round {
  const found: { high: number }[] = [];
  let sec = 0;
  let unitsHeld = Infinity;
  for (const axis of axes) {
    const enough = spare ? enoughLoad(found, perUnit(axis)) : undefined;
    const options = enough === undefined ? {} : { enoughLoad: enough };
    const { result, elapsedSec }: Grading = grade(SCENARIOS[axis.id], "glance", seed, options);
    const { high, low, rated } = result.capacity ?? { high: 0, low: 0, rated: 0 };
    found.push({ high: (high ?? 0) / perUnit(axis) });
    sec += elapsedSec;
    unitsHeld = Math.min(unitsHeld, (rated ?? low) / perUnit(axis));
  }
  return { sec, unitsHeld };
}

const total = (rounds: readonly Round[]) => rounds.reduce((sum, { sec }) => sum + sec, 0);

describe("sparing the axes on which the grade does not hang", () => {
  const seeds = Array.from({ length: 15 }, (_, i) => i);

  test.each([
    ["weakest first", AXES, 0.95],
    ["weakest last", AXES.toReversed(), 1],
  ] as const)("%s: the same Units in less time, or at worst the same", (_, axes, atMost) => {
    const full = seeds.map((seed) => round(axes, seed, false));
    const spared = seeds.map((seed) => round(axes, seed, true));
    expect(total(spared) / total(full)).toBeLessThanOrEqual(atMost);
    for (const [i, { unitsHeld }] of spared.entries()) {
      expect(unitsHeld).toBe(full[i]?.unitsHeld);
    }
  });
});
