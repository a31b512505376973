import { describe, expect, test } from "vitest";
import { PriceForm } from "../contracts/price.ts";
import { axisPrices, billPerHour } from "./price.ts";
import { NO_COST, vectorOf } from "./vector.ts";

const rated = { link: 1000, relay: 100, store: 50, base: 40, api: 20 };
const shareOfAll = (share: number) => vectorOf((axis) => share * rated[axis]);
const nobody = { green: 0, yellow: 0, red: 0 };

describe("a price by scarcity", () => {
  const form = PriceForm.parse({ kind: "scarcity", perHour: 2 });

  test("covers the owner's cost at 70 % use of all axes", () => {
    const use = shareOfAll(0.7);
    expect(billPerHour(form, { rated, use }, use, nobody)).toBeCloseTo(2);
  });

  test("is asked where room is scarce", () => {
    const use = { ...NO_COST, relay: 90, store: 5 };
    const prices = axisPrices(
      { kind: "scarcity", currency: "", perHour: 2, fullAt: 0.7 },
      { rated, use },
    );
    // Ninefold the use in shares, squared, on twice the messages.
    expect((prices.relay ?? 0) / (prices.store ?? 1)).toBeCloseTo(81 / 2);
    expect(prices.api).toBe(0);
  });
});

describe("a price that diverges", () => {
  const form = PriceForm.parse({ kind: "diverging", perHour: 10, freeBelow: 0.2 });
  const bill = (share: number) =>
    billPerHour(form, { rated, use: shareOfAll(share) }, { ...NO_COST, relay: 1 }, nobody);

  test("is nothing in the free part and has no end at full", () => {
    expect(bill(0.2)).toBe(0);
    expect(bill(0.6)).toBeCloseTo((10 * (0.5 ** 2 / 0.5)) / 100);
    expect(bill(1)).toBe(Infinity);
  });

  test("asks nothing for an axis that is not touched, full or not", () => {
    const use = { ...NO_COST, store: 60 };
    expect(billPerHour(form, { rated, use }, { ...NO_COST, relay: 1 }, nobody)).toBe(0);
  });
});

test("a price by percentile counts Units of each colour", () => {
  const form = PriceForm.parse({ kind: "percentile", perHour: { yellow: 0.01, red: 0.05 } });
  const colours = { green: 50, yellow: 30, red: 20 };
  expect(billPerHour(form, { rated, use: NO_COST }, NO_COST, colours)).toBeCloseTo(1.3);
});
