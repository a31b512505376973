import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Ledger } from "./ledger.ts";
import { pendingOf, segmentValue } from "./segment.ts";

const DEADLINE_MS = 100;
const GRACE_MS = 400;
const EVERY = 5;

interface Sent {
  readonly slot: number;
  readonly atMs: number;
  readonly carried: boolean;
}

/** One stream through a target that keeps order: what it takes, and which messages it drops. */
function play(gapsMs: readonly number[], takesMs: number, dropped: ReadonlySet<number>) {
  const ledger = new Ledger(DEADLINE_MS, 1, { graceMs: GRACE_MS });
  const segment = ledger.beginSegment(true, 0, gapsMs.length);
  const underWay: Sent[] = [];
  let nowMs = 0;
  const passUntil = (untilMs: number) => {
    for (let next = underWay[0]; next && next.atMs + takesMs <= untilMs; next = underWay[0]) {
      underWay.shift();
      nowMs = next.atMs + takesMs;
      ledger.expire(nowMs);
      if (dropped.has(next.slot)) continue;
      if (next.carried) ledger.arrivedInOrder(next.slot, 0, nowMs, next.atMs);
      else ledger.arrivedCounted(0, nowMs);
    }
    nowMs = untilMs;
    ledger.expire(nowMs);
  };
  for (const gapMs of gapsMs) {
    passUntil(nowMs + gapMs);
    const slot = ledger.due(nowMs);
    const carried = slot % EVERY === 0;
    ledger.sent(slot, nowMs, 0, !carried);
    underWay.push({ slot, atMs: nowMs, carried });
  }
  passUntil(nowMs + takesMs + 1);
  return { ledger, segment };
}

const gaps = fc.array(fc.integer({ min: 1, max: 60 }), {
  minLength: 1,
  maxLength: 80,
  size: "max",
});

describe("messages without an envelope", () => {
  test("are good while all arrive in time, and latency rests on the sampled ones alone", () => {
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: DEADLINE_MS }), (gapsMs, takesMs) => {
        const { segment } = play(gapsMs, takesMs, new Set());
        const sampled = Math.ceil(gapsMs.length / EVERY);
        expect(segment).toMatchObject({ good: gapsMs.length, late: 0, lost: 0, duplicated: 0 });
        expect(segment.sent - segment.counted).toBe(sampled);
        expect(segment.latency.count).toBe(sampled);
      }),
    );
  });

  test("are late while the target is behind, however far", () => {
    fc.assert(
      fc.property(gaps, fc.integer({ min: DEADLINE_MS + 1, max: 2000 }), (gapsMs, takesMs) => {
        const { segment, ledger } = play(gapsMs, takesMs, new Set());
        expect(segment).toMatchObject({ good: 0, late: gapsMs.length, lost: 0, duplicated: 0 });
        const folded = takesMs > DEADLINE_MS + GRACE_MS;
        expect(segment.lateAfterFold).toBe(folded ? gapsMs.length : 0);
        expect(ledger.inFlight).toBe(0);
      }),
    );
  });

  test("that are lost are missing in number, and spoil no other", () => {
    const drops = fc.uniqueArray(fc.integer({ min: 0, max: 79 }), { maxLength: 12 });
    fc.assert(
      fc.property(gaps, drops, fc.integer({ min: 1, max: 60 }), (gapsMs, slots, takesMs) => {
        const dropped = new Set(slots.filter((slot) => slot < gapsMs.length));
        const { ledger, segment } = play(gapsMs, takesMs, dropped);
        ledger.expire(1e6);
        const missing = segment.lost + pendingOf(segmentValue(segment));
        expect(segment.good + segment.late).toBe(gapsMs.length - dropped.size);
        expect(missing).toBe(dropped.size);
        expect([segment.late, segment.duplicated]).toEqual([0, 0]);
      }),
      { numRuns: 300 },
    );
  });

  test("that are lost are known lost once the next one with an envelope came in time", () => {
    const { segment } = play(
      Array.from({ length: 31 }, () => 50),
      10,
      new Set([7, 8, 14]),
    );
    expect(segment).toMatchObject({ good: 28, late: 0, lost: 3 });
  });

  test("that come when none is out are duplicates", () => {
    const { ledger, segment } = play([1, 1], 5, new Set());
    ledger.arrivedCounted(0, 20);
    expect(segment).toMatchObject({ good: 2, duplicated: 1 });
  });

  test("that were taken for lost and come after all are late", () => {
    const ledger = new Ledger(DEADLINE_MS, 1, { graceMs: GRACE_MS });
    const segment = ledger.beginSegment(true, 0, 2);
    ledger.sent(ledger.due(0), 0, 0, true);
    ledger.expire(150);
    ledger.sent(ledger.due(150), 150, 0, true);
    ledger.arrivedCounted(0, 160);
    expect(segment).toMatchObject({ good: 1, lost: 1 });
    ledger.arrivedCounted(0, 170);
    expect(segment).toMatchObject({ good: 1, late: 1, lost: 0, reordered: 1 });
  });
});
