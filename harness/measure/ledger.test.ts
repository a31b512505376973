import { describe, expect, test } from "vitest";
import { Ledger, SLOT } from "./ledger.ts";

function opened(slots: number) {
  const ledger = new Ledger(100, 2);
  const segment = ledger.beginSegment(true, 0, slots);
  for (let i = 0; i < slots; i++) ledger.due(i * 10);
  return { ledger, segment };
}

describe("the ledger", () => {
  test("takes older messages of a stream for lost once a younger one arrived and their time is up", () => {
    const { ledger, segment } = opened(3);
    for (const slot of [0, 1, 2]) ledger.sent(slot, slot * 10, 0);
    const states = () => [0, 1, 2].map((slot) => ledger.stateOf(slot));
    ledger.arrivedInOrder(2, 0, 25);
    expect(states()).toEqual([SLOT.overtaken, SLOT.overtaken, SLOT.done]);
    expect([segment.lost, ledger.inFlight]).toEqual([0, 2]);
    ledger.expire(105);
    expect(states()).toEqual([SLOT.lost, SLOT.overtaken, SLOT.done]);
    ledger.expire(111);
    expect([segment.lost, ledger.inFlight]).toEqual([2, 0]);
  });

  test("counts a loss bad once its deadline has passed, and not before", () => {
    const { ledger, segment } = opened(2);
    for (const slot of [0, 1]) ledger.sent(slot, slot * 10, 0);
    ledger.arrivedInOrder(1, 0, 25);
    ledger.expire(50);
    expect(segment.bad).toBe(0);
    ledger.expire(101);
    expect(segment.bad).toBe(1);
  });

  test("counts an arrival for the segment it fell into, and for none after the last", () => {
    const { ledger, segment } = opened(2);
    for (const slot of [0, 1]) ledger.sent(slot, slot * 10, 0);
    ledger.arrivedInOrder(0, 0, 5);
    ledger.endSegment(segment, 20);
    ledger.arrivedInOrder(1, 0, 25);
    expect(segment.arrivals).toBe(1);
    expect(ledger.totals.done).toBe(2);
  });

  test("leaves the other streams alone", () => {
    const { ledger } = opened(2);
    ledger.sent(0, 0, 0);
    ledger.sent(1, 10, 1);
    ledger.arrivedInOrder(1, 1, 15);
    expect(ledger.stateOf(0)).toBe(SLOT.sent);
    expect(ledger.inFlight).toBe(1);
  });

  test("takes a loss back when the message was only overtaken, and counts it reordered", () => {
    const { ledger, segment } = opened(2);
    ledger.sent(0, 0, 0);
    ledger.sent(1, 10, 0);
    ledger.arrivedInOrder(1, 0, 15);
    ledger.arrivedInOrder(0, 0, 20);
    expect(segment.reordered).toBe(1);
    expect(segment.lost).toBe(0);
    ledger.expire(1000);
    expect(segment.bad).toBe(0);
    expect(ledger.totals.done).toBe(2);
  });

  test("counts a second arrival as a duplicate, not as a delivery", () => {
    const { ledger, segment } = opened(1);
    ledger.sent(0, 0, 0);
    ledger.arrivedInOrder(0, 0, 5);
    ledger.arrivedInOrder(0, 0, 6);
    expect(segment.duplicated).toBe(1);
    expect(ledger.totals.done).toBe(1);
  });

  test("counts a message bad once, whether it expires, arrives late or both", () => {
    const { ledger, segment } = opened(1);
    ledger.sent(0, 0, 0);
    ledger.expire(101);
    expect(segment.bad).toBe(1);
    ledger.arrivedInOrder(0, 0, 150);
    expect(segment.bad).toBe(1);
    expect(ledger.totals.late).toBe(1);
  });

  test("measures latency from the intended time, so that a late send is a late message", () => {
    const { ledger } = opened(1);
    ledger.sent(0, 90, 0);
    ledger.arrivedInOrder(0, 0, 120);
    expect(ledger.totals.late).toBe(1);
  });

  test("ignores answers to slots it never opened", () => {
    const { ledger } = opened(1);
    ledger.arrivedInOrder(7, 0, 5);
    ledger.failed(7, "timeout");
    expect(ledger.totals.done + ledger.totals.failed).toBe(0);
  });

  test("keeps a stream in order over a loss declared for all in flight", () => {
    const { ledger } = opened(3);
    ledger.sent(0, 0, 0);
    ledger.loseAllInFlight();
    ledger.sent(1, 10, 0);
    ledger.sent(2, 20, 0);
    ledger.arrivedInOrder(1, 0, 30);
    ledger.arrivedInOrder(2, 0, 31);
    expect(ledger.totals).toMatchObject({ lost: 1, done: 2 });
  });
});
