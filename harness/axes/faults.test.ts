import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ConnectedUnits } from "./connected-units.ts";
import { chosen } from "./faults.ts";
import type { FaultOrder } from "./session-control.ts";
import { isOf } from "./unit-source.ts";

const order: FaultOrder = {
  kind: "half-open",
  number: 0,
  share: 0.3,
  forMs: 0,
  isAtOnce: false,
  keepAliveSec: 60,
};

function draw(
  change: Partial<FaultOrder>,
  seed: number,
  wanted = 100,
  open: (index: number) => boolean = () => true,
) {
  // Only how many are wanted and who is open has a say in who is chosen.
  const units = { wanted, isOpen: open };
  const tools = {
    units: units as unknown as ConnectedUnits,
    seed,
    signal: new AbortController().signal,
    comeBack: () => {},
    closedByPlan: () => {},
    failed: () => {},
  };
  return chosen({ ...order, ...change }, tools);
}

const isOpen = (index: number) => index % 7 !== 3;

describe("the Units of a fault", () => {
  const share = fc.double({ min: 0.001, max: 1, noNaN: true });
  const units = fc.integer({ min: 1, max: 300 });

  test("are its share of all, each once and at least one", () => {
    fc.assert(
      fc.property(share, fc.nat(), units, (part, seed, count) => {
        const indexes = draw({ share: part }, seed, count);
        expect(indexes).toHaveLength(Math.max(1, Math.round(part * count)));
        expect(new Set(indexes).size).toBe(indexes.length);
        expect(indexes.every((index) => index < count)).toBe(true);
      }),
    );
  });

  test("are the same however many threads share them, and only those connected", () => {
    const threads = fc.integer({ min: 1, max: 4 });
    fc.assert(
      fc.property(share, fc.nat(), units, threads, (part, seed, count, of) => {
        const together = Array.from({ length: of }, (_, index) =>
          draw({ share: part }, seed, count, (unit) => isOf({ index, of }, unit) && isOpen(unit)),
        ).flat();
        const alone = draw({ share: part }, seed, count).filter((index) => isOpen(index));
        expect(new Set(together)).toEqual(new Set(alone));
        expect(together).toHaveLength(alone.length);
      }),
    );
  });

  test("are the same for the same seed, others for another, and others for the next fault", () => {
    expect(draw({}, 1)).toEqual(draw({}, 1));
    expect(draw({}, 1)).not.toEqual(draw({}, 2));
    expect(draw({}, 1)).not.toEqual(draw({ number: 1 }, 1));
  });
});
