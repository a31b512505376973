import { expect, test } from "vitest";
import { SLOT, SlotRing } from "./slot-ring.ts";

test("a ring that grows keeps its open slots, wherever they lie", () => {
  const ring = new SlotRing();
  const [from, to] = [100, 150];
  for (let slot = from; slot < to; slot++) {
    ring.open(slot, slot);
    ring.send(slot, slot + 1, slot % 7, slot % 2 === 0);
    if (slot % 3 === 0) ring.setState(slot, SLOT.lost);
    if (slot % 5 === 0) ring.setBad(slot);
  }
  ring.reserve(200, from, to);
  expect(ring.capacity).toBe(256);
  for (let slot = from; slot < to; slot++) {
    const at = slot & ring.mask;
    expect([ring.intendedAt[at], ring.sentAt[at], ring.stream[at]]).toEqual([
      slot,
      slot + 1,
      slot % 7,
    ]);
    expect(ring.stateOf(slot)).toBe(slot % 3 === 0 ? SLOT.lost : SLOT.sent);
    expect([ring.isCounted(slot), ring.isBad(slot)]).toEqual([slot % 2 === 0, slot % 5 === 0]);
  }
});

test("a ring that is large enough stays as it is", () => {
  const ring = new SlotRing();
  const { capacity } = ring;
  ring.reserve(capacity, 0, capacity);
  expect(ring.capacity).toBe(capacity);
});
