import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PACKET } from "./protocol.ts";
import { LAST_PUBLISH_ID, PublishWindow } from "./publish-window.ts";

test("every publish in flight has its own id, and each id gives back its tag", () => {
  const actions = fc.array(fc.record({ take: fc.boolean(), which: fc.nat(), tag: fc.integer() }), {
    maxLength: 300,
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), actions, (limit, steps) => {
      const window = new PublishWindow(limit);
      const model = new Map<number, number>();
      for (const { take, which, tag } of steps) {
        if (take && !window.isFull) {
          const id = window.take(1, tag);
          if (id < 1 || model.has(id)) throw new Error(`id ${id} given twice`);
          model.set(id, tag);
        }
        const id = [...model.keys()][which % Math.max(model.size, 1)];
        if (!take && id !== undefined) {
          const inUse = window.awaits(id, PACKET.puback);
          const isRight = window.release(id) === model.get(id);
          if (!inUse || !isRight || window.awaits(id, PACKET.puback)) throw new Error(`id ${id}`);
          model.delete(id);
        }
        expect(window.isFull).toBe(model.size === limit);
        expect(window.inFlight).toBe(model.size);
      }
      expect(sorted(window.unconfirmedTags())).toEqual(sorted([...model.values()]));
    }),
  );
});

function sorted(numbers: readonly number[]): number[] {
  return [...numbers].sort((a, b) => a - b);
}

test("an id just freed is not the next one taken", () => {
  const window = new PublishWindow(1);
  const first = window.take(1, 1);
  window.release(first);
  expect(window.take(1, 2)).not.toBe(first);
});

test("answers nothing for ids never taken", () => {
  const window = new PublishWindow(4);
  for (const id of [0, 1, 9, 65_535]) expect(window.awaits(id, PACKET.puback)).toBe(false);
  window.take(1, 1);
  for (const id of [0, 2, 9, 65_535]) expect(window.awaits(id, PACKET.puback)).toBe(false);
});

test("fills the largest window without touching the ids kept for SUBSCRIBE", () => {
  const window = new PublishWindow(65_535);
  let highest = 0;
  while (!window.isFull) highest = Math.max(highest, window.take(2, 0));
  expect(highest).toBe(LAST_PUBLISH_ID);
  expect(window.inFlight).toBe(LAST_PUBLISH_ID);
});

describe("a resumed session", () => {
  test("finds what to repeat: PUBLISH by tag, PUBREL by id", () => {
    const window = new PublishWindow(4);
    const unanswered = window.take(2, 10);
    const halfway = window.take(2, 11);
    window.awaitPubcomp(halfway);
    expect(window.findId(10)).toBe(unanswered);
    expect(window.findId(11)).toBe(halfway);
    expect(window.findId(99)).toBe(0);
    expect(window.awaits(unanswered, PACKET.pubrec)).toBe(true);
    expect(window.awaits(halfway, PACKET.pubcomp)).toBe(true);
    expect(window.idsAwaitingPubcomp()).toEqual([halfway]);
    expect(window.unconfirmedTags()).toEqual([10, 11]);
  });

  test("starts over when the broker kept nothing", () => {
    const window = new PublishWindow(2);
    window.take(1, 1);
    window.take(1, 2);
    window.clear();
    expect(window.inFlight).toBe(0);
    expect(window.unconfirmedTags()).toEqual([]);
  });

  test("keeps to a smaller limit, and never to a larger one than its table", () => {
    const window = new PublishWindow(2);
    window.take(1, 1);
    window.setLimit(1);
    expect(window.isFull).toBe(true);
    window.setLimit(60_000);
    while (!window.isFull) window.take(1, 0);
    expect(window.inFlight).toBe(4);
  });
});
