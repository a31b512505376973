import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ConnectedUnits } from "./connected-units.ts";
import { chosen } from "./faults.ts";
import type { FaultOrder } from "./session-control.ts";

const order: FaultOrder = {
  kind: "half-open",
  number: 0,
  share: 0.3,
  forMs: 0,
  isAtOnce: false,
  keepAliveSec: 60,
};

function draw(change: Partial<FaultOrder>, seed: number, streams = 100, closed: number[] = []) {
  // Only who is open has a say in who is chosen.
  const units = { streams, isOpen: (index: number) => !closed.includes(index) };
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

describe("the Units of a fault", () => {
  test("are its share of all, each once, at least one, and only those connected", () => {
    const share = fc.double({ min: 0.001, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, fc.nat(), fc.integer({ min: 1, max: 300 }), (part, seed, streams) => {
        const closed = streams > 10 ? [3, 7] : [];
        const indexes = draw({ share: part }, seed, streams, closed);
        const wanted = Math.max(1, Math.round(part * streams));
        expect(indexes).toHaveLength(Math.min(wanted, streams - closed.length));
        expect(new Set(indexes).size).toBe(indexes.length);
        expect(indexes.every((index) => index < streams && !closed.includes(index))).toBe(true);
      }),
    );
  });

  test("are the same for the same seed, others for another, and others for the next fault", () => {
    expect(draw({}, 1)).toEqual(draw({}, 1));
    expect(draw({}, 1)).not.toEqual(draw({}, 2));
    expect(draw({}, 1)).not.toEqual(draw({ number: 1 }, 1));
  });
});
