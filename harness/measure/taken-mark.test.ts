import * as fc from "fast-check";
import { expect, test } from "vitest";
import { newSegment } from "./segment.ts";
import { TakenMark } from "./taken-mark.ts";

const FLUSH_MS = 5000;
const PER_SEC = 50;
const GAP_MS = 1000 / PER_SEC;

/**
 * A window of messages through a target that takes so many in a second, told in whatever order they
 * were read back; gives the growth that the window saw.
 */
function growth(takesPerSec: number, windowMs: number, aheadMs = 0): number {
  const mark = new TakenMark(FLUSH_MS);
  const plannedCount = (windowMs * PER_SEC) / 1000;
  const facts = { judged: true, startedAtMs: 1000, plannedCount, firstSlot: 0 };
  const segment = newSegment(facts);
  mark.begin(segment, 1000 + windowMs);
  const serviceMs = 1000 / takesPerSec;
  let freeMs = 0;
  const taken: (readonly [number, number])[] = [];
  for (let atMs = 1000; atMs < 1000 + windowMs; atMs += GAP_MS) {
    freeMs = Math.max(freeMs, atMs) + serviceMs;
    taken.push([atMs, freeMs + aheadMs]);
  }
  for (const [intendedAtMs, atMs] of taken.toReversed()) mark.taken(intendedAtMs, atMs);
  return segment.inFlightEnd - segment.inFlightStart;
}

test("a target that keeps up does not grow, whatever its clock shows", () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e9, max: 1e9 }), (aheadMs) => {
      expect(Math.abs(growth(60, 20_000, aheadMs))).toBeLessThanOrEqual(1);
    }),
  );
});

test("a target a tenth too slow grows by what it lags behind in all but one flush period", () => {
  const lost = 15 * (PER_SEC - 45);
  expect(growth(45, 20_000)).toBeGreaterThan(0.95 * lost * (PER_SEC / 45));
  expect(growth(45, 20_000)).toBeLessThan(1.05 * lost * (PER_SEC / 45));
});

test("a window shorter than two flush periods compares its halves", () => {
  expect(growth(25, 6000)).toBeGreaterThan(0.9 * 3 * 25 * 2);
});

test("what is of no segment changes none", () => {
  const mark = new TakenMark(FLUSH_MS);
  const facts = { judged: true, startedAtMs: 1000, plannedCount: 100, firstSlot: 0 };
  const segment = newSegment(facts);
  mark.begin(segment, 11_000);
  mark.taken(500, 700);
  expect(segment).toMatchObject({ inFlightStart: 0, inFlightEnd: 0 });
  expect(mark.leastMs).toBe(200);
});
