import { describe, expect, test } from "vitest";
import { Ledger, UNORDERED } from "./ledger.ts";
import { pendingOf, segmentValue } from "./segment.ts";

const DEADLINE_MS = 100;
const GRACE_MS = 50;

function opened(slots: number, stream = 0, rememberedSlots = 2 ** 20) {
  const ledger = new Ledger(DEADLINE_MS, 2, { graceMs: GRACE_MS, rememberedSlots });
  const segment = ledger.beginSegment(true, 0, slots);
  for (let slot = 0; slot < slots; slot++) ledger.sent(ledger.due(slot), slot, stream);
  return { ledger, segment };
}

describe("a folded slot", () => {
  test("that is answered late still counts late, with the latency its message tells", () => {
    const { ledger, segment } = opened(1);
    ledger.expire(1000);
    expect(pendingOf(segmentValue(segment))).toBe(1);
    ledger.arrivedInOrder(0, 0, 2500, 0);
    expect(segment).toMatchObject({ late: 1, lateAfterFold: 1, lost: 0, bad: 1, duplicated: 0 });
    expect(segment.latency.maxMs).toBe(2500);
    expect(ledger.inFlight).toBe(0);
  });

  test("that was answered knows a duplicate", () => {
    const { ledger, segment } = opened(1);
    ledger.arrivedInOrder(0, 0, 5);
    ledger.expire(1000);
    ledger.arrivedInOrder(0, 0, 3_600_000, 0);
    expect(segment).toMatchObject({ good: 1, late: 0, duplicated: 1 });
  });

  test("is lost once its stream moves on, and only of that stream", () => {
    const { ledger, segment } = opened(2);
    ledger.sent(ledger.due(2), 2, 1);
    ledger.expire(1000);
    expect([segment.lost, ledger.inFlight]).toEqual([0, 3]);
    ledger.sent(ledger.due(1000), 1000, 0);
    ledger.arrivedInOrder(3, 0, 1001);
    expect([segment.lost, ledger.inFlight]).toEqual([2, 1]);
    ledger.arrivedInOrder(0, 0, 1002, 0);
    expect(segment).toMatchObject({ lost: 1, late: 1, reordered: 1 });
  });

  test("of a request may still fail, and says why", () => {
    const { ledger, segment } = opened(1, UNORDERED);
    ledger.expire(1000);
    ledger.failed(0, "timeout");
    expect(segment).toMatchObject({ failed: 1, lost: 0 });
    expect(segment.errorClasses.get("timeout")).toBe(1);
    ledger.arrived(0, 1001);
    expect(ledger.totals).toMatchObject({ done: 0, failed: 1 });
  });

  test("counts for the segment it was sent in, whichever is driven now", () => {
    const { ledger, segment } = opened(2);
    ledger.endSegment(segment, 10);
    const next = ledger.beginSegment(true, 10, 1);
    ledger.sent(ledger.due(1000), 1000, 1);
    ledger.expire(1000);
    ledger.arrivedInOrder(0, 0, 1010, 0);
    expect([segment.late, segment.arrivals, next.late, next.arrivals]).toEqual([1, 0, 0, 1]);
  });

  test("is forgotten in the end: neither delivered nor duplicated can be told", () => {
    const { ledger, segment } = opened(12, 0, 8);
    ledger.expire(1000);
    ledger.arrivedInOrder(3, 0, 1001, 3);
    expect([ledger.forgotten, segment.late]).toEqual([1, 0]);
    ledger.arrivedInOrder(4, 0, 1002, 4);
    expect([ledger.forgotten, segment.late]).toEqual([1, 1]);
  });
});

test("memory follows what is open, not how long the step is", () => {
  const ledger = new Ledger(DEADLINE_MS, 1, { graceMs: GRACE_MS });
  ledger.beginSegment(true, 0, 64);
  for (let nowMs = 0; nowMs < 20_000; nowMs++) {
    const slot = ledger.due(nowMs);
    ledger.sent(slot, nowMs, 0);
    ledger.arrivedInOrder(slot, 0, nowMs);
    ledger.expire(nowMs);
  }
  expect(ledger.totals.good).toBe(20_000);
  // 150 slots are open at a time.
  expect(ledger.capacity).toBe(256);
});
