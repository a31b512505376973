import { describe, expect, test } from "vitest";
import type { AxisResult } from "../contracts/capacity.ts";
import { roomOf, unknownAxes } from "./room.ts";
import {
  dominantOf,
  loadShare,
  NO_COST,
  plus,
  REFERENCE_COST,
  referenceUnits,
  sharesOf,
  times,
} from "./vector.ts";

const rated = { link: 1000, relay: 100, store: 50 };

describe("a cost", () => {
  test("is a share of each axis that was measured, and no other", () => {
    const cost = { ...NO_COST, relay: 25, store: 5, api: 9 };
    expect(sharesOf(cost, rated)).toEqual({ link: 0, relay: 0.25, store: 0.1 });
    expect(loadShare(cost, rated)).toBeCloseTo(0.35);
    expect(dominantOf(sharesOf(cost, rated))).toEqual({ axis: "relay", share: 0.25 });
  });

  test("adds up over Units", () => {
    expect(plus(REFERENCE_COST, times(2, REFERENCE_COST))).toEqual(times(3, REFERENCE_COST));
  });

  test("of reference Units counts as so many, and of another as its worst axis", () => {
    expect(referenceUnits(times(7, REFERENCE_COST)).units).toBeCloseTo(7);
    const storing = referenceUnits({ ...REFERENCE_COST, store: 0.64 });
    expect(storing.axis).toBe("store");
    expect(storing.units).toBeCloseTo(3.2);
  });

  test("on an axis that holds nothing has no end", () => {
    expect(sharesOf({ ...NO_COST, relay: 1 }, { relay: 0, store: 0 })).toEqual({
      relay: Infinity,
      store: 0,
    });
  });
});

const result = (id: AxisResult["id"], more: Partial<AxisResult>): AxisResult => ({
  id,
  verdict: "measured",
  unit: "msg/s",
  capacity: { value: 110, low: 90, high: 120, rated: 100 },
  limitedBy: "resource",
  reason: "",
  flags: [],
  c50: null,
  spread: null,
  backgroundFailure: null,
  activeSec: 1,
  harmSec: 0,
  windows: 1,
  invalidWindows: 0,
  ...more,
});

describe("the room of an instance", () => {
  const capacity = { value: 110, low: 90, high: null, rated: null };
  const axes = [
    result("link", { verdict: "failed", capacity: null }),
    result("relay", {}),
    result("store", { verdict: "censored", capacity }),
    result("base", { verdict: "inconclusive", capacity: null }),
  ];

  test("is what each axis is rated at; an axis without an answer is unknown, not zero", () => {
    const room = roomOf({ axes });
    expect(room.rated).toEqual({ link: 0, relay: 100, store: 90 });
    expect(unknownAxes(room)).toEqual(["base", "api"]);
    expect(room.joint).toBeUndefined();
  });

  test("knows the joint run as shares of the axes", () => {
    const joint = { verdict: "measured" as const, capacity: { ...capacity, rated: 200 } };
    const room = roomOf({ axes: axes.slice(1, 3), joint });
    expect(room.joint?.relay).toBeCloseTo(0.2);
    expect(room.joint?.store).toBeCloseTo(40 / 90);
  });
});
