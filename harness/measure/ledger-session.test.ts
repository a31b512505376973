import { describe, expect, test } from "vitest";
import { Ledger } from "./ledger.ts";
import { pendingOf, segmentValue } from "./segment.ts";

const DEADLINE_MS = 100;

/** A Unit's stream: it outlives its sessions, because the envelope numbers messages, not sessions. */
function stream() {
  const ledger = new Ledger(DEADLINE_MS, 2);
  const segment = ledger.beginSegment(true, 0, 10);
  return {
    ledger,
    segment,
    send: (atMs: number, of = 0) => {
      const slot = ledger.due(atMs);
      ledger.sent(slot, atMs, of);
      return slot;
    },
    skip: (atMs: number) => ledger.unsent(ledger.due(atMs), "disconnected"),
  };
}

describe("a stream over a lost session", () => {
  test("has lost what was under way once the new session's messages come and time is up", () => {
    const { ledger, segment, send, skip } = stream();
    ledger.arrivedInOrder(send(0), 0, 5);
    send(10);
    send(20);
    // The session is gone; the next one opens at 60.
    for (const atMs of [30, 40, 50]) skip(atMs);
    ledger.expire(115);
    expect([segment.lost, ledger.inFlight]).toEqual([0, 2]);
    ledger.arrivedInOrder(send(116), 0, 118);
    expect([segment.lost, ledger.inFlight]).toEqual([1, 1]);
    ledger.expire(200);
    expect(segment).toMatchObject({ good: 2, lost: 2, unsent: 3, reordered: 0, bad: 5 });
  });

  test("leaves open what became of the last messages when it never comes back", () => {
    const { ledger, segment, send } = stream();
    send(0);
    send(10);
    ledger.arrivedInOrder(send(20, 1), 1, 25);
    ledger.expire(1000);
    expect([segment.lost, pendingOf(segmentValue(segment)), segment.bad]).toEqual([0, 2, 2]);
  });

  test("counts what the broker delivers again, with DUP set or not, as duplicated", () => {
    const { ledger, segment, send } = stream();
    const slots = [send(0), send(10), send(20)];
    for (const slot of slots) ledger.arrivedInOrder(slot, 0, slot * 10 + 5);
    // Our acknowledgement of the last two went down with the session.
    ledger.arrivedInOrder(slots[1] ?? 0, 0, 60);
    ledger.arrivedInOrder(slots[2] ?? 0, 0, 61);
    expect(segment).toMatchObject({ good: 3, duplicated: 2, lost: 0, reordered: 0 });
  });

  test("counts what is sent again behind a younger message as reordered, late or not", () => {
    const { ledger, segment, send } = stream();
    const [first, second] = [send(0), send(10)];
    const younger = send(50);
    ledger.arrivedInOrder(younger, 0, 55);
    ledger.arrivedInOrder(first, 0, 60);
    ledger.expire(150);
    expect(segment).toMatchObject({ good: 2, reordered: 1, lost: 1 });
    ledger.arrivedInOrder(second, 0, 160);
    expect(segment).toMatchObject({ good: 2, late: 1, reordered: 2, lost: 0, duplicated: 0 });
    // And the same once more.
    ledger.arrivedInOrder(second, 0, 170);
    expect(segment).toMatchObject({ late: 1, duplicated: 1 });
  });

  test("loses only its own messages", () => {
    const { ledger, segment, send } = stream();
    send(0, 1);
    send(10);
    ledger.arrivedInOrder(send(20), 0, 25);
    ledger.expire(1000);
    expect(segment).toMatchObject({ good: 1, lost: 1 });
    expect(ledger.inFlight).toBe(1);
  });
});
