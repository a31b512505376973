import { expect, test } from "vitest";
import { radiusOf } from "../contracts/scale.ts";
import { censored, inconclusive, measured } from "./axis-result.suite.ts";
import { pentagonOf } from "./pentagon.ts";
import { REFERENCE_UNIT, unitsOf } from "./reference-unit.ts";

test.each([
  [0, 0],
  [10, 0],
  [100, 0.25],
  [1000, 0.5],
  [10_000, 0.75],
  [100_000, 1],
  [1e9, 1],
])("%d Units lie at %d of the radius", (units, radius) => {
  expect(radiusOf(units)).toBe(radius);
});

test("the frozen reference Unit is RU-1", () => {
  expect(REFERENCE_UNIT).toMatchInlineSnapshot(`
    {
      "id": "RU-1",
      "perUnit": {
        "api": 0.005,
        "base": 0.018333333333333333,
        "link": 1,
        "relay": 0.1,
        "store": 0.2,
      },
    }
  `);
});

test("a load meant as a round number of Units is one", () => {
  expect(unitsOf("base", 1000 * (1 / 60 + 1 / 600))).toBe(1000);
  expect(unitsOf("relay", 300)).toBe(3000);
});

test("five corners come in axis order; one without evidence has no radius", () => {
  const corners = pentagonOf([inconclusive("relay"), measured("link", 1000)]);
  expect(corners.map(({ axis, radius }) => [axis, radius])).toEqual([
    ["link", 0.5],
    ["relay", null],
    ["store", null],
    ["base", null],
    ["api", null],
  ]);
});

test("a corner nothing broke has no upper end", () => {
  expect(pentagonOf([censored("link", 1000)])[0]).toMatchObject({ high: null, highRadius: null });
});

test.each([
  [undefined, null],
  [0, 1],
  [250, 0.75],
  [2000, 0],
])("a use of %s of 1 000 leaves headroom %s", (use, headroom) => {
  const uses = use === undefined ? {} : { link: use };
  expect(pentagonOf([measured("link", 1000)], uses)[0]?.headroom).toBe(headroom);
});

test("a configured limit is told apart from a resource", () => {
  const [link] = pentagonOf([measured("link", 1000, { limitedBy: "policy" })]);
  expect(link?.policyLimited).toBe(true);
});
